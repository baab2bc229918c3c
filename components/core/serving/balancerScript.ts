import * as path from "path";
import { readText } from "../arguments/readText";
import { ports } from "./balancerConfig";

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
