import * as fs from "fs";
import * as net from "net";
import * as os from "os";
import * as path from "path";
import * as tls from "tls";
import { makeAuthority, makeCertificate } from "./certificates";
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
  const ca = { key: "ca-key.pem", certificate: "ca.pem" };
  const server = { key: "server-key.pem", certificate: "server.pem" };
  const client = { key: "key.pem", certificate: "cert.pem" };
  makeAuthority(folder, ca, "ca");
  const extensions = ["subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"];
  makeCertificate(folder, ca, server, "/CN=server", extensions);
  makeCertificate(folder, ca, client, "/CN=cert", ["extendedKeyUsage=clientAuth"]);
}
