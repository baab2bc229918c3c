import * as path from "path";
import { pinnedVersion, pulumiHome } from "../../cli/setup/pulumiHome";
import { root } from "../../cli/setup/folders";
import { configure, createStack, TestStack } from "../../test/support/stack";
import { Run, run } from "./process";

/** A stack of this project that is driven as a person would: by Pulumi's command line. */
export interface Service {
  stack: TestStack["stack"];
  /** Value of the label tfserving.stack. */
  label: string;
  /** Makes these the stack's configuration, over what it was opened with. */
  configure: (config: Record<string, unknown>) => Promise<void>;
  /** `pulumi ARGS` on the stack. */
  pulumi: (args: string[], watch?: string) => Promise<Run>;
  up: () => Promise<Run>;
}

/**
 * Creates an empty stack; `later` gets its removal.
 *
 * @param env - more of the environment
 */
export async function openService(
  name: string,
  config: Record<string, unknown>,
  later: (cleanUp: () => unknown) => void,
  env: Record<string, string> = {},
): Promise<Service> {
  const { stack, label, remove } = await createStack(`bench-${name}`, config, root, env);
  later(remove);
  const pulumi = (args: string[], watch?: string) =>
    run(program(), [...args, "--stack", stack.name, "--non-interactive", "--color", "never"], {
      cwd: root,
      env: { ...process.env, ...stack.workspace.envVars, PULUMI_HOME: home() },
      watch,
    });
  return {
    stack,
    label,
    pulumi,
    configure: (more) => configure(stack, { ...config, ...more }),
    up: () => pulumi(["up", "--yes", "--skip-preview"]),
  };
}

function home(): string {
  return pulumiHome(process.env);
}

function program(): string {
  return path.join(home(), "versions", pinnedVersion(), "bin", "pulumi");
}
