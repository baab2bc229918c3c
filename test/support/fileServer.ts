import * as fs from "fs";
import type { IncomingMessage, ServerResponse } from "http";
import * as https from "https";
import type { AddressInfo } from "net";
import * as path from "path";
import { makeAuthority, makeCertificate } from "./certificates";

/** A file on the server. */
export interface ServedFile {
  content: Buffer;
  /** @default - none is told */
  etag?: string;
  /** Value of the header Last-Modified. @default - none is told */
  time?: string;
  /** `NAME:PASSWORD` that a client needs. @default - none */
  login?: string;
}

/** A web server with TLS for files, which knows ETags and ranges. */
export interface FileServer {
  /** https://127.0.0.1:PORT */
  address: string;
  /** File of the authority that has signed its certificate. */
  authority: string;
  files: Record<string, ServedFile>;
  /** Bytes of contents that it has sent, without the first byte that tells of a file. */
  sent: number;
  /** Bytes of a file after which the next connections break, one for each; then none does. */
  breaks: number[];
  /** Called before a connection breaks. */
  onBreak?: () => void;
  stop(): void;
}

/** @param folder - for key and certificate */
export async function startFileServer(folder: string): Promise<FileServer> {
  const read = (name: string) => fs.readFileSync(path.join(folder, name));
  const authority = { key: "ca-key.pem", certificate: "ca.pem" };
  makeAuthority(folder, authority, "ca");
  const own = { key: "key.pem", certificate: "cert.pem" };
  makeCertificate(folder, authority, own, "/CN=files", ["subjectAltName=IP:127.0.0.1"]);
  const server = https.createServer({ key: read(own.key), cert: read(own.certificate) });
  const state: FileServer = {
    ...{ address: "", authority: path.join(folder, authority.certificate), files: {} },
    ...{ sent: 0, breaks: [] },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  server.on("request", (request, response) => answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

function answer(state: FileServer, request: IncomingMessage, response: ServerResponse): void {
  const file = state.files[request.url ?? ""];
  const login = file?.login && `Basic ${Buffer.from(file.login).toString("base64")}`;
  if (!file || (login && request.headers.authorization !== login)) {
    response.writeHead(file ? 401 : 404).end();
    return;
  }
  const { content, etag, time } = file;
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const from = Number(first ?? 0);
  const body = content.subarray(from, last ? Number(last) + 1 : undefined);
  response.writeHead(first === undefined ? 200 : 206, {
    ...(first !== undefined && {
      "content-range": `bytes ${from}-${from + body.length - 1}/${content.length}`,
    }),
    "content-length": body.length,
    ...(etag && { etag }),
    ...(time && { "last-modified": time }),
  });
  if (last === "0") {
    response.end(body);
    return;
  }
  const end = state.breaks.shift();
  const sent = body.subarray(0, end === undefined ? undefined : Math.max(0, end - from));
  state.sent += sent.length;
  if (end === undefined) {
    response.end(sent);
  } else {
    state.onBreak?.();
    response.write(sent, () => response.destroy());
  }
}
