import * as http from "http";

const pollMs = 50;
const answerMs = 2000;

/**
 * Seconds from the start of a command to the first prediction; the command is waited for.
 *
 * @param port - of 127.0.0.1
 */
export async function firstAnswer(
  port: number,
  modelName: string,
  command: () => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  let over = false;
  const ended = command().finally(() => (over = true));
  // Its error is thrown below.
  ended.catch(() => undefined);
  let answered: number | undefined;
  let afterwards = 0;
  while (answered === undefined) {
    if (await predicts(port, modelName)) answered = performance.now();
    else await new Promise((resolve) => setTimeout(resolve, pollMs));
    // A minute after the command's end there will be no answer any more.
    if (over && ++afterwards > 60_000 / pollMs) break;
  }
  await ended;
  if (answered === undefined) throw new Error(`no prediction at port ${port}`);
  return (answered - start) / 1000;
}

function predicts(port: number, modelName: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.request(
      {
        host: "127.0.0.1",
        port,
        path: `/v1/models/${modelName}:predict`,
        method: "POST",
        // A connection of its own each time: an old one may lead to what was there before.
        agent: false,
        timeout: answerMs,
      },
      (response) => {
        response.resume();
        response.on("close", () => resolve(response.statusCode === 200));
      },
    );
    request.on("error", () => resolve(false));
    request.on("timeout", () => request.destroy());
    request.end(JSON.stringify({ instances: [[1]] }));
  });
}
