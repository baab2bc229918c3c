/** HTTP code of an answer of the API server; undefined where there was none. */
export function codeOf(error: unknown): number | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "number" ? code : undefined;
}

/** The sentence of an answer of the API server, or of what kept it from answering. */
export function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message: string };
  try {
    return (JSON.parse(String(body)) as { message: string }).message;
  } catch {
    return message.split("\n")[0];
  }
}

/** What the API server finds; undefined where it has no such object. */
export async function ifFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === 404) {
      return undefined;
    }
    throw error;
  }
}

/** What the API server answers; undefined where the user may not ask. */
export async function ifPermitted<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === 403) {
      return undefined;
    }
    throw error;
  }
}
