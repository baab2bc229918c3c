import * as fs from "fs";
import { makeAuthority, makeCertificate, openssl } from "../support/certificates";
import { NodeAddresses } from "./nodeFiles";

/**
 * Writes the certificates and keys of a cluster: two authorities, the API server, the tests'
 * administrator, the kubelet, the API server as a proxy, and the key that signs service accounts.
 *
 * @see https://kubernetes.io/docs/setup/best-practices/certificates/
 */
export function writeKeys(folder: string, at: NodeAddresses): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pair = (name: string) => ({ key: `${name}.key`, certificate: `${name}.crt` });
  const certificate = (name: string, subject: string, ca: string, extensions: string[]) =>
    makeCertificate(folder, pair(ca), pair(name), subject, extensions);
  makeAuthority(folder, pair("ca"), "ca");
  makeAuthority(folder, pair("proxy-ca"), "proxy-ca");
  const client = ["extendedKeyUsage=clientAuth"];
  const names = ["DNS:kubernetes.default.svc", `IP:${at.node}`, `IP:${at.api}`];
  certificate("server", "/CN=kube-apiserver", "ca", [
    "extendedKeyUsage=serverAuth",
    `subjectAltName=${names.join(",")}`,
  ]);
  certificate("admin", "/O=system:masters/CN=tests", "ca", client);
  certificate("kubelet", `/O=system:nodes/CN=system:node:${at.link}`, "ca", client);
  certificate("proxy", "/CN=front-proxy", "proxy-ca", client);
  openssl(folder, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out accounts.key");
  openssl(folder, "pkey -in accounts.key -pubout -out accounts.pub");
}
