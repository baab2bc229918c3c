import * as fs from "fs";

/**
 * Reads a text of this library that a container runs: its lines end with LF, also where git ended
 * them with CRLF in a checkout.
 */
export function readText(file: string): string {
  return fs.readFileSync(file, "utf8").replace(/\r\n/g, "\n");
}
