import { execFileSync } from "child_process";
import * as fs from "fs";
import * as net from "net";
import * as os from "os";
import * as path from "path";
import * as tls from "tls";
import { writeContext } from "./dockerContexts";
import { freePorts } from "./freePorts";

/** This machine's Docker Engine behind TLS, and a Docker context that names it. */
export interface TlsEngine {
  /** `tcp://127.0.0.1:PORT`, which takes connections with the context's certificate only. */
  host: string;
  /** DOCKER_CONFIG and DOCKER_CONTEXT, and no DOCKER_HOST. */
  env: Record<string, string>;
  stop: () => void;
}

/** Starts a TLS server that hands connections on to the engine's socket. */
export async function startTlsEngine(socket = "/var/run/docker.sock"): Promise<TlsEngine> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-docker-"));
  const [port] = await freePorts(1);
  const host = `tcp://127.0.0.1:${port}`;
  const certificates = writeContext(folder, { name: "behind-tls", host });
  writeCertificates(certificates);
  const read = (file: string) => fs.readFileSync(path.join(certificates, file));
  const server = tls.createServer(
    {
      ...{ ca: read("ca.pem"), cert: read("server.pem"), key: read("server-key.pem") },
      ...{ requestCert: true, rejectUnauthorized: true, allowHalfOpen: true },
    },
    (client) => {
      const engine = net.connect({ path: socket, allowHalfOpen: true });
      client.pipe(engine).pipe(client);
      client.on("error", () => engine.destroy());
      engine.on("error", () => client.destroy());
    },
  );
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    host,
    env: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "behind-tls", DOCKER_HOST: "" },
    stop: () => {
      server.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An authority, and a certificate of it for the server and for the client, as Docker names files. */
function writeCertificates(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
  const ca = ["-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=ca"];
  openssl("req", "-x509", ...key, ...ca);
  const sign = (certificate: string, keyFile: string, extensions: string) => {
    openssl(
      "req",
      ...key,
      "-keyout",
      keyFile,
      "-out",
      "request.pem",
      "-subj",
      `/CN=${certificate}`,
    );
    fs.writeFileSync(path.join(folder, "extensions"), extensions);
    const by = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2"];
    const request = ["-in", "request.pem", "-extfile", "extensions", "-out", `${certificate}.pem`];
    openssl("x509", "-req", ...request, ...by);
  };
  sign("server", "server-key.pem", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth");
  sign("cert", "key.pem", "extendedKeyUsage=clientAuth");
}
