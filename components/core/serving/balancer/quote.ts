/**
 * A text as one word of HAProxy's configuration, whatever is in it.
 *
 * @throws Error for a line break or a NUL, which no quotes hold
 * @see https://docs.haproxy.org/3.2/configuration.html#2.2
 */
export function quoted(text: string): string {
  if (/[\n\r\0]/.test(text)) {
    throw new Error("A line break or NUL cannot stand in HAProxy's configuration.");
  }
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
