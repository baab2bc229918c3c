import * as path from "path";
import { readText } from "../core/readText";

/** The command of a balancer's container: runs HAProxy (`run`) with the file that $BALANCER_CONFIG_FILE names. */
export function balancerCommand(): string[] {
  return ["bash", "-c", readText(path.join(__dirname, "run"))];
}
