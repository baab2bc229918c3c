import type { IncomingMessage } from "node:http";
import { startServer } from "./fakeEngine";

/**
 * TensorFlow Serving's REST API, until the test ends: where its models are, and what it was asked.
 *
 * @param answers - texts by path; others are 404
 */
export async function startRest(
  answers: Record<string, string>,
  status = 200,
): Promise<{ asked: unknown[]; base: string }> {
  const asked: unknown[] = [];
  const port = await startServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(body ? JSON.parse(body) : request.url);
    const answer = answers[request.url ?? ""];
    response.statusCode = answer === undefined ? 404 : status;
    response.end(answer ?? '{"error": "nothing here"}');
  });
  return { asked, base: `http://127.0.0.1:${port}/v1/models` };
}
