/**
 * Asks again until the answer is neither false nor nothing, and gives it. An error counts as no.
 *
 * @param what - for the error that says that it never came true
 */
export async function until<T>(
  what: string | (() => string),
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
  everyMs = 20,
): Promise<Exclude<Awaited<T>, false | null | undefined>> {
  const end = Date.now() + timeoutMs;
  let failure: unknown;
  do {
    try {
      const met = await condition();
      if (met) return met as Exclude<Awaited<T>, false | null | undefined>;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  } while (Date.now() < end);
  const said = typeof what === "string" ? what : what();
  throw new Error(`waited ${timeoutMs} ms for: ${said}`, { cause: failure });
}
