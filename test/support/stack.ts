import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { LocalWorkspace, type LocalWorkspaceOptions } from "@pulumi/pulumi/automation";
import { PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { inject } from "vitest";
import { parse, stringify } from "yaml";
import { pulumiVariables, withoutFetching } from "../../cli/automation/pulumiCommand";
import { pinnedVersion, pulumiHome as homeFolder } from "../../cli/setup/pulumiHome";
import { root } from "../../cli/setup/folders";

/** A stack of this project on the real engine, with a state folder of its own. */
export interface TestStack {
  stack: Stack;
  /** Value of the label tfserving.stack. */
  label: string;
  /** The stack's state as it lies on disk, older states included. */
  stateOnDisk: () => string;
  /** Destroys the stack and removes its files. */
  remove: () => Promise<void>;
  /** Removes its files only. */
  forget: () => void;
}

/**
 * Creates a stack of the program in this repository, or of another one.
 *
 * @param name - unique among tests; the stack is called `test-<name>`
 * @param config - by key without the project's name
 * @param workDir - folder of the program
 * @param env - more of the environment
 */
export async function createStack(
  name: string,
  config: Record<string, unknown>,
  workDir = root,
  env: Record<string, string> = {},
): Promise<TestStack> {
  const stackName = `test-${name}`;
  const state = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-state-"));
  const options = await engineOptions(state, env);
  const stack = await LocalWorkspace.createStack({ stackName, workDir }, options);
  await configure(stack, config);
  const project = (await stack.workspace.projectSettings()).name;
  const forget = () => {
    fs.rmSync(path.join(workDir, `Pulumi.${stackName}.yaml`), { force: true });
    fs.rmSync(state, { recursive: true, force: true });
  };
  return {
    stack,
    label: `${project}/${stackName}`,
    stateOnDisk: () =>
      filesBelow(state)
        .map((file) => fs.readFileSync(file, "utf8"))
        .join("\n"),
    remove: async () => {
      await stack.destroy();
      forget();
    },
    forget,
  };
}

/** The engine of this machine, with its state in a folder. */
export async function engineOptions(
  state: string,
  env: Record<string, string> = {},
): Promise<LocalWorkspaceOptions> {
  const pulumiHome = homeFolder(process.env);
  return {
    pulumiHome,
    pulumiCommand: await PulumiCommand.get({
      root: path.join(pulumiHome, "versions", pinnedVersion()),
    }),
    envVars: {
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      ...pulumiVariables,
      // Programs that tests bring have a tsconfig.json of their own, or none.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      // Set-up has prepared what a test needs.
      ...withoutFetching,
      ...env,
    },
  };
}

/**
 * Makes these values the stack's whole configuration; the images are those that this
 * machine can have. The file is written by hand, since the CLI takes seconds for it.
 */
export async function configure(stack: Stack, config: Record<string, unknown>): Promise<void> {
  const { name: project } = await stack.workspace.projectSettings();
  const file = path.join(stack.workspace.workDir, `Pulumi.${stack.name}.yaml`);
  const settings = parse(fs.readFileSync(file, "utf8"));
  const values = Object.entries({ ...inject("images"), ...config });
  settings.config = Object.fromEntries(values.map(([key, value]) => [`${project}:${key}`, value]));
  fs.writeFileSync(file, stringify(settings));
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
