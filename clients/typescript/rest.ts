// Asks for the class of a picture over REST: npx tsx rest.ts http://HOST:8501/v1/models/NAME PICTURE
// fetch trusts an authority that NODE_EXTRA_CA_CERTS names a file of, and none from within a program.
import { headers } from "./caller";
import { readPicture, say } from "./picture";

const attempts = 4;

/** Sends a prediction again, which changes nothing, where it was not taken; not where it is slow. */
async function post(url: string, body: string): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    // For one attempt, with the body; the service itself takes 30 s at most.
    const signal = AbortSignal.timeout(10_000);
    try {
      const answer = await fetch(url, { method: "POST", headers, body, signal });
      if (![502, 503].includes(answer.status) || attempt === attempts) {
        return answer;
      }
      await answer.body?.cancel(); // gives the connection back
    } catch (error) {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      if (code !== "ECONNREFUSED" || attempt === attempts) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
  }
}

async function main(url: string, picture: string): Promise<void> {
  const { pixels, shape } = await readPicture(picture);
  const [, , width, channels] = shape;
  const rows = split(split(Array.from(pixels), channels), width);
  const answer = await post(`${url}:predict`, JSON.stringify({ instances: [rows] }));
  if (!answer.ok) {
    throw new Error(`${answer.status}: ${await answer.text()}`);
  }
  const { predictions } = (await answer.json()) as { predictions: number[][] };
  say(predictions[0]);
}

function split<T>(values: T[], size: number): T[][] {
  const parts = Math.ceil(values.length / size);
  return Array.from({ length: parts }, (_, at) => values.slice(at * size, (at + 1) * size));
}

const [url, picture] = process.argv.slice(2);
void main(url, picture);
