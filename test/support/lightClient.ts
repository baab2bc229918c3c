/** A client that goes on asking a service for the state of its model. */
export interface LightClient {
  /** Answers that were right. */
  answered: number;
  /** What went wrong since the first right answer, each with its time. */
  failures: string[];
  /** Ends it once the question under way is answered. */
  stop(): Promise<void>;
}

const pauseMs = 40;
const timeoutMs = 10_000;

/**
 * Asks over and over, some twenty times a second. What goes wrong before the first
 * right answer does not count: a service that is not up yet.
 */
export function keepAsking(url: string): LightClient {
  let ended = false;
  const client = { answered: 0, failures: [] as string[], stop };
  const done = ask();
  return client;

  async function ask(): Promise<void> {
    while (!ended) {
      const problem = await problemOf(url);
      if (problem === undefined) {
        client.answered++;
      } else if (client.answered > 0) {
        client.failures.push(`${new Date().toISOString()} ${problem}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  function stop(): Promise<void> {
    ended = true;
    return done;
  }
}

async function problemOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await answer.text();
    return answer.status === 200 && text.includes("AVAILABLE")
      ? undefined
      : `${answer.status} ${text}`;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}
