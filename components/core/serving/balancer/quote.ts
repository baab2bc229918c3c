/**
 * A text as one word of HAProxy's configuration: in single quotes nothing but the next quote has a
 * meaning. A word is taken apart once more where it is a pattern that begins with `-` (write `--` in
 * front of it) or an argument in the parentheses of a sample, where commas count.
 *
 * @throws Error where the text has a line's end or a NUL, which no quotes hold
 * @see https://docs.haproxy.org/3.2/configuration.html#2.2
 */
export function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) {
    throw new Error("A text with line ends or NUL cannot be quoted for HAProxy's configuration.");
  }
  return `'${text.replace(/'/g, "'\\''")}'`;
}
