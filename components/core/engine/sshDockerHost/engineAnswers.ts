import * as pulumi from "@pulumi/pulumi";
import { connect } from "../engine";

const secondsBetweenTries = 3;

/**
 * Waits until a Docker Engine answers.
 *
 * @param host - its address, such as `ssh://ubuntu@203.0.113.7`
 * @param sshOptions - for an `ssh://` address
 * @param waitSeconds - for how long it is tried
 * @param hint - what to look at when it does not answer, as a sentence
 * @throws RunError with the last reason when it does not answer in time
 */
export async function engineAnswers(
  host: string,
  sshOptions: string[],
  waitSeconds: number,
  hint: string,
): Promise<void> {
  const end = Date.now() + waitSeconds * 1000;
  for (;;) {
    try {
      await connect(host, undefined, sshOptions).version();
      return;
    } catch (error) {
      if (Date.now() >= end) {
        throw new pulumi.RunError(
          `The Docker Engine at ${host} does not answer after ${waitSeconds} s ` +
            `(${(error as Error).message}). ${hint}`,
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, secondsBetweenTries * 1000));
  }
}
