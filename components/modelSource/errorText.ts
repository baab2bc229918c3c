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
