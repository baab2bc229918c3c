import * as pulumi from "@pulumi/pulumi";
import Docker from "dockerode";

/**
 * Waits until the engine has done what it tells the progress of.
 *
 * @throws RunError with its reason: it answers 200 at once, and says later what went wrong
 */
export function finished(docker: Docker, progress: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) =>
    docker.modem.followProgress(
      progress,
      (error: Error | null, lines: { error?: string }[] = []) => {
        const reason = error?.message ?? lines.find((line) => line.error)?.error;
        if (reason === undefined) resolve();
        else reject(new pulumi.RunError(reason));
      },
    ),
  );
}
