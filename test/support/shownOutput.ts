import * as fs from "node:fs";
import * as path from "node:path";
import { repository } from "./stackConfig";

/** What a page shows below `$ command`, up to the next command or the end of the block. */
export function shownOutput(page: string, command: string): string {
  const text = fs.readFileSync(path.join(repository, page), "utf8");
  const blocks = [...text.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, block]) => block);
  const shown = blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .find((part) => part.startsWith(`${command}\n`));
  if (shown === undefined) {
    throw new Error(`${page} does not show $ ${command}`);
  }
  return shown.slice(command.length + 1);
}

/**
 * Lines of a page that a command has not said, in this order. Numbers, ids, places and the stack's name
 * differ from run to run; `...` stands for lines that the page leaves out.
 *
 * @param stack - that the command was run on; the page has dev
 */
export function unsaidLines(shown: string, said: string, stack: string): string[] {
  const left = said
    .replaceAll(` -- -s ${stack}`, "")
    .replaceAll(stack, "dev")
    .split("\n")
    .map(comparable);
  return shown.split("\n").filter((line) => {
    const at = line === "..." || line === "" ? 0 : left.indexOf(comparable(line)) + 1;
    left.splice(0, at);
    return at === 0 && line !== "..." && line !== "";
  });
}

function comparable(line: string): string {
  return line
    .replace(/\?token=\S+| +its token: .*/, "")
    .replace(/, built on \S+, a stand-in for .*/, "")
    .replace(/tfserving-airgap\/|\S+\/(?=tf_serving:)/g, "")
    .replace(/file:\/\/\S+/, "file://")
    .replace(/\b[0-9a-f]{12,}\b/g, "ID")
    .replace(/\d+(\.\d+)*(\+\w+)?/g, "N")
    .replace(/(N|About an?) (second|minute|hour)s?\b/, "N minutes")
    .replace(/N replicas?\b/, "N replicas")
    .replace(/ +/g, " ")
    .trim();
}
