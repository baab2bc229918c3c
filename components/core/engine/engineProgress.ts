import * as pulumi from "@pulumi/pulumi";
import Docker from "dockerode";

/** A line of what an engine tells of its progress. */
export interface ProgressLine {
  id?: string;
  aux?: unknown;
  /** Why it failed: the engine answers 200 at once, and says later what went wrong. */
  error?: string;
}

/** What the engine told until it was done, and why it could not do it; undefined where it did. */
export function followed(
  docker: Docker,
  progress: NodeJS.ReadableStream,
): Promise<{ lines: ProgressLine[]; reason?: string }> {
  return new Promise((resolve) =>
    docker.modem.followProgress(progress, (error: Error | null, lines: ProgressLine[] = []) =>
      resolve({ lines, reason: error?.message ?? lines.find((line) => line.error)?.error }),
    ),
  );
}

/**
 * Waits until the engine has done what it tells the progress of.
 *
 * @throws RunError with its reason
 */
export async function finished(docker: Docker, progress: NodeJS.ReadableStream): Promise<void> {
  const { reason } = await followed(docker, progress);
  if (reason !== undefined) {
    throw new pulumi.RunError(reason);
  }
}
