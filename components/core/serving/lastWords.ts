/** How many of its last lines a container is quoted with. */
export const lastLines = 20;

/** The last lines that a container wrote, as the end of a message about it. */
export function lastWords(said: string): string {
  const lines = said.trimEnd().split("\n").slice(-lastLines);
  return said.trim() === ""
    ? " It said nothing"
    : ` It said:\n${lines.map((l) => `    ${l}`).join("\n")}`;
}
