import type { Environment } from "../output/console";
import { Failure } from "../output/failure";
import { root } from "../setup/folders";
import { PulumiError, pulumiVariables, run } from "./pulumiCommand";

/** The names of the project's stacks that have a tag, as Pulumi takes them. */
export async function stacksWithTag(env: Environment, tag: string): Promise<string[]> {
  const listed: { name: string }[] = JSON.parse(
    await ask(env, ["stack", "ls", "--json", "--tag", tag]),
  );
  return listed.map(({ name }) => name);
}

export async function readTags(env: Environment, stack: string): Promise<Record<string, string>> {
  return JSON.parse(await ask(env, ["stack", "tag", "ls", "--json", "--stack", stack]));
}

/** Sets tags one after the other, in their order; others stay. */
export async function setTags(
  env: Environment,
  stack: string,
  tags: Record<string, string>,
): Promise<void> {
  for (const [name, value] of Object.entries(tags)) {
    await ask(env, ["stack", "tag", "set", name, value, "--stack", stack]);
  }
}

async function ask(env: Environment, args: string[]): Promise<string> {
  try {
    return (await run(args, root, { ...env, ...pulumiVariables })).stdout;
  } catch (error) {
    if (!(error instanceof PulumiError)) {
      throw error;
    }
    throw new Failure(
      `pulumi ${args.slice(0, 3).join(" ")} failed: ${error.message}`,
      "see that the backend can be reached, and that you are logged in.",
    );
  }
}
