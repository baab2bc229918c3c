/**
 * A command for a shell that brings ports of a host's loopback to this machine's, until it is ended.
 *
 * @param host - `ssh://USER@ADDRESS`
 * @param options - of ssh, for that host
 */
export function tunnelCommand(host: string, options: string[], ports: number[]): string {
  const forwards = ports.flatMap((port) => ["-L", `${port}:127.0.0.1:${port}`]);
  const words = [...options, "-o", "ExitOnForwardFailure=yes", "-N", ...forwards];
  return ["ssh", ...words, new URL(host).username + "@" + new URL(host).hostname]
    .map(shellWord)
    .join(" ");
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
