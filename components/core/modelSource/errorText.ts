interface DeepError {
  message?: string;
  code?: string;
  cause?: unknown;
  errors?: unknown[];
}

/** What an error says: that of a connection has its words in its cause, or in one for each address. */
export function errorText(error: unknown): string {
  const { message, code, cause, errors } = error as DeepError;
  const within = errors?.[0] ?? cause;
  return within instanceof Error ? errorText(within) : message || code || String(error);
}

/** What is said of a file that is no longer the one that was resolved. */
export const changedMeanwhile =
  "it changed while it was fetched: run again to fetch what is there now";
