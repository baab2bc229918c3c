import type { IncomingMessage, ServerResponse } from "node:http";
import { startServer } from "./fakeEngine";

/** Answers one request to an engine; `call` counts the requests to this path, from 1. */
export type Answer = (response: ServerResponse, call: number, request: IncomingMessage) => void;

/**
 * A Docker Engine that answers by script, until the test ends: its address, and the requests that
 * it got, as `METHOD PATH`.
 *
 * @param answers - by path, without version and query; others are 404
 */
export async function startScriptedEngine(
  answers: Record<string, Answer>,
): Promise<{ host: string; requests: string[] }> {
  const requests: string[] = [];
  const port = await startServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    requests.push(`${request.method} ${path}`);
    const calls = requests.filter((one) => one.endsWith(` ${path}`)).length;
    const answer = request.method === "GET" ? answers[path] : json({});
    (answer ?? notFound)(response, calls, request);
  });
  return { host: `tcp://127.0.0.1:${port}`, requests };
}

/** Answers with a document. */
export function json(body: unknown, status = 200): Answer {
  return (response) => {
    response.statusCode = status;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
}

/** Answers as the engine says what a container wrote: each piece behind a header with its length. */
export function written(text: string, then: "end" | "break" | "go on"): Answer {
  return (response) => {
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    response.write(Buffer.concat([header, Buffer.from(text)]), () => {
      if (then === "end") response.end();
      if (then === "break") response.destroy();
    });
  };
}

/** Answers of an engine that runs a stack's replica 1, with the id `r1`. */
export const withReplica: Record<string, Answer> = {
  "/version": json({ Version: "20.10.24", Arch: "amd64" }),
  "/services": json({ message: "This node is not a swarm manager." }, 503),
  "/containers/json": json([
    {
      ...{ Id: "r1", Names: ["/serving-replica-1"], Image: "sha256:abc" },
      Labels: { "tfserving.part": "replica", "tfserving.replica": "1" },
      ...{ State: "running", Status: "Up 1 second" },
    },
  ]),
};

const notFound = json({ message: "page not found" }, 404);
