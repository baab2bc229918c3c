/** HTTP code of an answer of the API server; undefined where there was none. */
export function codeOf(error: unknown): number | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "number" ? code : undefined;
}

/** The sentence of an answer of the API server, or of what kept it from answering. */
export function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message: string };
  const [line] = message.split("\n");
  try {
    return (JSON.parse(String(body)) as { message?: string }).message ?? line;
  } catch {
    return line;
  }
}

/** What the API server finds; undefined where it has no such object. */
export const ifFound = unless(404);

/** What the API server answers; undefined where the user may not ask. */
export const ifPermitted = unless(403);

/** What the API server answers; undefined where what is asked cannot be had of the object as it is. */
export const ifPossible = unless(400);

/** Gives an answer; undefined where it is an error of this HTTP code. */
function unless(code: number): <T>(answer: Promise<T>) => Promise<T | undefined> {
  return async (answer) => {
    try {
      return await answer;
    } catch (error) {
      if (codeOf(error) === code) {
        return undefined;
      }
      throw error;
    }
  };
}

/**
 * What an API server does that cannot be used, such as `does not answer (HTTP code 503)`.
 *
 * @param timeoutMs - after which it was not waited for any longer
 */
export function silenceOf(error: Error, timeoutMs: number): string {
  const code = codeOf(error);
  if (code === 401) {
    return "does not accept the user of that context (401 Unauthorized)";
  }
  const reason =
    error.name === "AbortError" || error.name === "TimeoutError"
      ? `no answer in ${timeoutMs / 1000} s`
      : code !== undefined
        ? `HTTP code ${code}`
        : error.message.replace(/^.*reason: /s, "").split("\n")[0];
  return `does not answer (${reason})`;
}
