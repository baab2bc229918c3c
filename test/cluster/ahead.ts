import { spawn } from "child_process";
import { kubernetesBuild } from "./programs";

/**
 * Builds Kubernetes beside the tests that need none of it, where that was not done before: on a
 * new machine that is minutes of a compiler's work, done while other tests wait.
 */
export default function buildAhead(): () => void {
  const build = spawn("nice", ["-n", "19", kubernetesBuild], {
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
