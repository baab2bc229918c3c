import * as path from "path";
import { readText } from "../../arguments/readText";
import { configFolder } from "./callers";
import { ports } from "./ports";

/** The command of a balancer's container: runs HAProxy (`run`) with the file that $BALANCER_CONFIG_FILE names. */
export function balancerCommand(): string[] {
  return ["bash", "-c", readText(path.join(__dirname, "run"))];
}

/**
 * The command of a balancer's health check: asks it whether it has found a replica. The image has
 * bash and neither curl nor wget.
 *
 * @param verdict - what the shell makes of the answer's HTTP status, `$status`
 */
export function balancerCheck(verdict: string): string[] {
  const ask =
    `exec 3<>/dev/tcp/127.0.0.1/${ports.balancerStatistics} && ` +
    `printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3`;
  return ["CMD", "bash", "-c", `${ask} && ${verdict}`];
}

/** Where files lie before `writeCommand` puts them into the balancer's folder. */
export const stagingFolder = "/staging";

/**
 * The command of a container that puts files into the balancer's folder, each in one step, so that
 * HAProxy never sees half of one; what else is there goes.
 *
 * @param files - by path in the folder
 * @param afterwards - what it does then. @default - it ends
 */
export function writeCommand(files: string[], afterwards = ""): string[] {
  const script = `set -e
cd ${configFolder}
mkdir -p tls
for file in ${files.join(" ")}; do
  cp "${stagingFolder}/$file" "$file.new"
  mv -f "$file.new" "$file"
done
for file in * tls/*; do
  [ ! -f "$file" ] || [ -f "${stagingFolder}/$file" ] || rm -f "$file"
done
${afterwards}`;
  return ["bash", "-c", script];
}
