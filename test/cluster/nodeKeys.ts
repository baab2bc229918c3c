import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { NodeAddresses } from "./nodeFiles";

/**
 * Writes the certificates and keys of a cluster: two authorities, the API server, the tests'
 * administrator, the kubelet, the API server as a proxy, and the key that signs service accounts.
 *
 * @see https://kubernetes.io/docs/setup/best-practices/certificates/
 */
export function writeKeys(folder: string, at: NodeAddresses): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
  const authority = (name: string) =>
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
      "-days",
      "30",
      "-subj",
      `/CN=${name}`,
    );
  const certificate = (name: string, subject: string, ca: string, extensions: string[]) => {
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    fs.writeFileSync(path.join(folder, `${name}.ext`), extensions.join("\n"));
    const signer = ["-CA", `${ca}.crt`, "-CAkey", `${ca}.key`, "-CAcreateserial"];
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signer,
      "-days",
      "30",
      "-extfile",
      `${name}.ext`,
      "-out",
      `${name}.crt`,
    );
  };
  authority("ca");
  authority("proxy-ca");
  const client = ["extendedKeyUsage=clientAuth"];
  const names = ["DNS:kubernetes.default.svc", `IP:${at.node}`, `IP:${at.api}`];
  certificate("server", "/CN=kube-apiserver", "ca", [
    "extendedKeyUsage=serverAuth",
    `subjectAltName=${names.join(",")}`,
  ]);
  certificate("admin", "/O=system:masters/CN=tests", "ca", client);
  certificate("kubelet", `/O=system:nodes/CN=system:node:${at.link}`, "ca", client);
  certificate("proxy", "/CN=front-proxy", "proxy-ca", client);
  openssl(
    "genpkey",
    "-algorithm",
    "RSA",
    "-pkeyopt",
    "rsa_keygen_bits:2048",
    "-out",
    "accounts.key",
  );
  openssl("pkey", "-in", "accounts.key", "-pubout", "-out", "accounts.pub");
}
