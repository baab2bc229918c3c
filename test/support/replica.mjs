// A replica for tests and benches of the balancer: ports and health check of the real one, and
// answers that tell nothing. It needs Node and no module, so that any Debian image can run it.
//   wait-ms: MS  a header with which it answers after so many milliseconds, REST and gRPC alike
//   BUSY_MS      processor time that each gRPC call takes, as a prediction would
//   REFUSE=1     answers 503 to everything
import http from "node:http";
import http2 from "node:http2";
import { Worker, isMainThread } from "node:worker_threads";

if (isMainThread) {
  // A replica that computes is healthy: its supervisor answers, which is a process of its own.
  new Worker(new URL(import.meta.url));
  serveRest();
  serveGrpc();
} else {
  http.createServer((_, response) => response.end("ready")).listen(8502);
}

function serveRest() {
  const server = http.createServer((request, response) => {
    request.resume().on("end", () => {
      setTimeout(() => response.writeHead(status()).end("{}"), waitFor(request.headers));
    });
  });
  server.listen(8501);
}

function serveGrpc() {
  // One message of 548 bytes: what 137 classes take.
  const message = Buffer.alloc(5 + 548);
  message.writeUInt32BE(548, 1);
  const server = http2.createServer({ settings: { initialWindowSize: 4 << 20 } });
  server.on("session", (session) => session.setLocalWindowSize(16 << 20));
  server.on("stream", (stream, headers) => {
    const answer = () => {
      if (stream.destroyed) return;
      compute(Number(process.env.BUSY_MS ?? 0));
      stream.respond(
        { ":status": status(), "content-type": "application/grpc" },
        { waitForTrailers: true },
      );
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(message);
    };
    // A call that is given up is an error of its stream.
    stream.on("error", () => undefined);
    stream.resume().on("end", () => setTimeout(answer, waitFor(headers)));
  });
  server.listen(8500);
}

function status() {
  return process.env.REFUSE ? 503 : 200;
}

function waitFor(headers) {
  return Number(headers["wait-ms"] ?? 0);
}

function compute(milliseconds) {
  const { user, system } = process.cpuUsage();
  const end = user + system + milliseconds * 1000;
  for (let now = 0; now < end;) {
    const used = process.cpuUsage();
    now = used.user + used.system;
  }
}
