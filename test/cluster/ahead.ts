import { spawn } from "child_process";
import * as path from "path";
import { root } from "../../cli/setup/folders";
import { kubernetesBuild } from "./programs";

const toolchain = JSON.stringify(path.join(root, "cli/setup/toolchain"));
const provider = `require(${toolchain}).prepareToolchain(process.env, { target: "kubernetes" })`;

/**
 * Builds Pulumi's Kubernetes provider and Kubernetes beside the tests that need neither, where that
 * was not done before: on a new machine that is minutes of a compiler's work, done while other tests
 * wait.
 */
export default function buildAhead(): () => void {
  const script = '"$0" --require tsx/cjs --eval "$1" && exec "$2"';
  const words = ["-n", "5", "sh", "-c", script, process.execPath, provider, kubernetesBuild];
  const build = spawn("nice", words, {
    stdio: ["ignore", "ignore", "inherit"],
    // A group of its own: the compiler ends with it.
    detached: true,
  });
  // Whoever needs it builds it then, and says what failed.
  build.once("error", () => undefined);
  return () => {
    if (build.exitCode === null && build.signalCode === null && build.pid !== undefined) {
      process.kill(-build.pid);
    }
  };
}
