import { spawn } from "child_process";
import { pathToFileURL } from "url";
import * as path from "path";
import { root } from "../../commands/lib/workspace.mjs";
import { kubernetesBuild } from "./programs";

const toolchain = pathToFileURL(path.join(root, "commands/lib/toolchain.mjs")).href;
const provider =
  `import { prepareToolchain } from ${JSON.stringify(toolchain)};` +
  `await prepareToolchain(${JSON.stringify(root)}, process.env, "kubernetes");`;

/**
 * Builds Pulumi's Kubernetes provider and Kubernetes beside the tests that need neither, where that
 * was not done before: on a new machine that is minutes of a compiler's work, done while other tests
 * wait.
 */
export default function buildAhead(): () => void {
  const script = '"$0" --input-type=module --eval "$1" && exec "$2"';
  const words = ["-n", "19", "sh", "-c", script, process.execPath, provider, kubernetesBuild];
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
