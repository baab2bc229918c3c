import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { type Environment, note, npmRun } from "../output/console";
import { Failure } from "../output/failure";
import { type Backend, absoluteUrl, stackStateFile } from "../setup/backend";
import { ownFolder, root } from "../setup/folders";
import type { Policies } from "../setup/policies";
import { hasPlugin, type Part, recordedPlugins } from "../setup/pulumiHome";
import type { Mapping } from "../setup/stackConfig";
import type { Deployment, Outputs } from "../targets/target";
import { PulumiError, pulumiCommand, pulumiVariables, withoutFetching } from "./pulumiCommand";
import { startProgress } from "./progress";
import { saysLocked, StackLocked } from "./stackLocked";

/** Which stack, and how Pulumi gets to it. */
export interface StackAddress {
  /** As Pulumi takes it, perhaps ORGANIZATION/NAME. */
  readonly stack: string;
  /** The last part of that. */
  readonly name: string;
  /** Pulumi.yaml. */
  readonly project: Mapping;
  readonly backend: Backend;
  readonly env: Environment;
  /** The config file of updates, absolute. */
  readonly configFile: string;
  /** The provider plugins that the stack's settings ask for. */
  readonly plugins: () => Part[];
}

/** What an update needs besides, after something happened since the last one. */
export interface Cures {
  /** Whether to compare the record with the target first. */
  readonly refresh: boolean;
  /** URNs of what is made anew. */
  readonly replace: string[];
}

/** What a preview is to show, and what it is to see. */
export interface PreviewCall {
  /** Whether every property that changes is shown. */
  readonly diff: boolean;
  /** Whether its lines are no result. @default false */
  readonly quiet?: boolean;
  /** Whether what runs is compared with the record first. @default false */
  readonly refresh?: boolean;
  /** Path of the file that takes the plan. @default - it is not saved */
  readonly plan?: string;
  /** Whether a change is an error. @default false */
  readonly expectNoChanges?: boolean;
}

/**
 * A stack behind Pulumi's Automation API: the one place of the commands that drives Pulumi, but for
 * `npm run pulumi`.
 */
export class PulumiStack {
  private opened?: Promise<Stack>;
  /** What the stack gives out, once that is known; reading it takes Pulumi a third of a second. */
  private known?: Outputs;

  constructor(private readonly address: StackAddress) {}

  /** What the stack gives out; undefined where there is no such stack. */
  async outputs(): Promise<Outputs | undefined> {
    if (this.isMissingHere()) {
      return undefined;
    }
    if (!this.known) {
      const outputs = await this.reading(async (stack) => stack.outputs());
      this.known = outputs && valuesOf(outputs);
    }
    return this.known;
  }

  /**
   * What Pulumi has on record; undefined where there is no such stack. The project's own backend is a
   * folder: looking at the file takes no time, while asking Pulumi takes half a second.
   */
  async record(): Promise<Deployment | undefined> {
    if (this.address.backend.own) {
      return this.isMissingHere() ? undefined : readState(this.stateFile());
    }
    const exported = await this.reading(async (stack) => stack.exportStack());
    return exported && (exported.deployment ?? {});
  }

  /** Records of this project's other stacks; only the project's own backend is a folder to look at. */
  otherRecords(): Deployment[] {
    const folder = path.dirname(this.stateFile());
    const files = this.address.backend.own && existsSync(folder) ? readdirSync(folder) : [];
    return files
      .map((file) => path.join(folder, file))
      .filter((file) => file.endsWith(".json") && file !== this.stateFile())
      .map(readState);
  }

  /** Puts a record in the place of that one. Pulumi refuses while another update is under way. */
  async writeRecord(deployment: Deployment): Promise<void> {
    const { stack, backend } = this.address;
    try {
      await (await this.open()).importStack({ version: 3, deployment });
    } catch (error) {
      const message = messageOf(error);
      if (saysLocked(message)) {
        throw new StackLocked(stack);
      }
      throw new Failure(
        `Pulumi could not put its record of the stack ${stack} in order: ${message}`,
        adviceForPulumi(message, backend),
      );
    }
  }

  /**
   * A value of the stack's own config file, decrypted.
   *
   * @param key - with its namespace, such as aws:region
   */
  async configValue(key: string): Promise<unknown> {
    try {
      const { value } = await (await this.open()).getConfig(key);
      return /^[[{]/.test(value) ? JSON.parse(value) : value;
    } catch (error) {
      throw new Failure(
        `Pulumi could not read the setting ${key.replace(/^.*:/, "")} of the stack ` +
          `${this.address.stack}: ${messageOf(error)}`,
        "set PULUMI_CONFIG_PASSPHRASE, or log in, as for any other secret of the stack.",
      );
    }
  }

  /** Whether the backend has no stack of this name. */
  async isMissing(): Promise<boolean> {
    // What else is amiss in a backend that others share, Pulumi says itself.
    return this.address.backend.own
      ? this.isMissingHere()
      : (await this.outputs().catch(() => "not to be seen")) === undefined;
  }

  /**
   * Creates the stack; its config file is written already. `pulumi stack init` writes the salt of its
   * secrets into the config file beside Pulumi.yaml and selects it there; that is done in the folder of
   * the generated config file, so that the stack's own file stays as it is.
   */
  async create(): Promise<void> {
    const { stack, backend, project, env, configFile } = this.address;
    note("stack", `creating ${stack} in ${backend.url} (${backend.because})`);
    const workDir = path.dirname(configFile);
    const settings = { name: project.name, runtime: "nodejs" };
    writeFileSync(path.join(workDir, "Pulumi.yaml"), `${JSON.stringify(settings)}\n`);
    const envVars = { ...env, PULUMI_BACKEND_URL: absoluteUrl(backend.url, root) };
    try {
      await (await this.workspace(workDir, envVars)).createStack(stack);
    } catch (error) {
      const message = messageOf(error);
      throw new Failure(
        `The stack ${stack} could not be created: ${message}`,
        adviceForPulumi(message, backend),
      );
    }
  }

  /**
   * Brings the stack to what the program declares. Without a preview: the program refuses bad input
   * before it registers anything, and `npm run preview` is there for those who want to look first.
   */
  async up(cures: Cures & Policies): Promise<void> {
    const { stack, configFile } = this.address;
    const { outputs } = await this.updating(
      "up",
      `${npmRun("status", stack)} shows what runs now.`,
      (opened, options) => opened.up({ ...options, ...cures, configFile }),
    );
    this.known = valuesOf(outputs);
  }

  /** Removes everything that the stack made; the stack itself stays, empty. */
  async destroy(): Promise<void> {
    const { configFile } = this.address;
    await this.updating("destroy", "then try again.", (opened, options) =>
      opened.destroy({ ...options, configFile }),
    );
  }

  /**
   * Shows what an update would do, and changes nothing.
   *
   * @returns the engine's events
   */
  async preview({ diff, quiet, ...more }: PreviewCall & Policies): Promise<EngineEvent[]> {
    const { configFile } = this.address;
    const events: EngineEvent[] = [];
    const result = await this.updating(
      "preview",
      "then try again.",
      (opened, options) =>
        opened.preview({
          ...{ ...options, ...more, diff, configFile },
          onEvent: (event) => {
            events.push(event);
            options.onEvent(event);
          },
        }),
      quiet ? process.stderr : process.stdout,
    );
    if (diff) {
      process.stdout.write(result.stdout);
    }
    return events;
  }

  /** Removes the empty stack with its history. Its own config file stays. */
  async remove(): Promise<void> {
    const { stack } = this.address;
    try {
      await (await this.open()).workspace.removeStack(stack, { preserveConfig: true });
    } catch (error) {
      throw new Failure(
        `The stack ${stack} could not be removed: ${messageOf(error)}`,
        "see Pulumi's message.",
      );
    }
  }

  /**
   * Runs an update with its progress on stderr.
   *
   * @param planOn - where a preview's lines go
   */
  private async updating<T>(
    command: string,
    advice: string,
    act: (stack: Stack, options: ReturnType<typeof updateOptions>) => Promise<T>,
    planOn?: NodeJS.WriteStream,
  ): Promise<T> {
    // What serves on this machine goes before what updates it; Pulumi inherits this.
    os.setPriority(Math.max(os.getPriority(), os.constants.priority.PRIORITY_BELOW_NORMAL));
    const stack = await this.open();
    this.known = undefined;
    Object.assign(stack.workspace.envVars, await this.pluginVariables());
    const progress = startProgress(planOn);
    try {
      return await act(stack, updateOptions(progress));
    } catch (error) {
      if (!(error instanceof PulumiError)) {
        throw error;
      }
      // Whoever told this process to end is told that it did.
      const code = error.code > 128 ? error.code : 1;
      if (saysLocked(error.stderr)) {
        throw new StackLocked(this.address.stack, "", code);
      }
      throw new Failure(
        `pulumi ${command} ended with exit code ${error.code}.`,
        `see Pulumi's messages above; ${advice}`,
        code,
      );
    } finally {
      progress.end();
    }
  }

  /**
   * Pulumi fetches the plugin of every provider package in node_modules before it runs a program: that of
   * AWS has hundreds of megabytes, and where the way to it is closed each attempt takes seconds. With
   * all that the settings and the record ask for at hand there is nothing to fetch.
   */
  private async pluginVariables(): Promise<Record<string, string>> {
    const { env, plugins } = this.address;
    // Whatever is amiss with the record Pulumi says itself.
    const record = await this.record().catch(() => undefined);
    const wanted = [...plugins(), ...recordedPlugins(record ?? {})];
    return record && wanted.every((plugin) => hasPlugin(plugin, env)) ? withoutFetching : {};
  }

  /** Undefined where there is no such stack. */
  private async reading<T>(read: (stack: Stack) => Promise<T>): Promise<T | undefined> {
    try {
      return await read(await this.open());
    } catch (error) {
      const message = messageOf(error);
      if (/no stack named/.test(message)) {
        return undefined;
      }
      throw new Failure(
        `Pulumi could not read the stack ${this.address.stack}: ${message}`,
        adviceForPulumi(message, this.address.backend),
      );
    }
  }

  /** The stack; nothing is asked, and what the user has selected stays selected. */
  private open(): Promise<Stack> {
    this.opened ??= (async () => {
      const { Stack } = await import("@pulumi/pulumi/automation/index.js");
      const workspace = await this.workspace(root, this.address.env);
      const unselected = Object.assign(workspace, { selectStack: async () => {} });
      const stack = await Stack.select(this.address.stack, unselected);
      // After an update it asks for the history, which writes a salt into the stack's own config file.
      return Object.assign(stack, { info: async () => undefined });
    })();
    return this.opened;
  }

  private async workspace(workDir: string, env: Environment) {
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
    const envVars = { ...definedOnly(env), ...pulumiVariables };
    return LocalWorkspace.create({ workDir, envVars, pulumiCommand: await pulumiCommand(env) });
  }

  /** Whether the project's own backend has no such stack. */
  private isMissingHere(): boolean {
    return this.address.backend.own && !existsSync(this.stateFile());
  }

  private stateFile(): string {
    const { project, name } = this.address;
    return stackStateFile(ownFolder, String(project.name), name);
  }
}

function valuesOf(outputs: OutputMap): Outputs {
  const values = Object.entries(outputs).map(([key, { value }]) => [key, value]);
  return Object.fromEntries(values) as unknown as Outputs;
}

function readState(file: string): Deployment {
  return JSON.parse(readFileSync(file, "utf8")).checkpoint?.latest ?? {};
}

function updateOptions(progress: ReturnType<typeof startProgress>) {
  return {
    onEvent: progress.onEvent,
    // What Pulumi says beside its events, such as who holds the stack's lock.
    onError: progress.write,
    color: "never" as const,
    suppressOutputs: true,
    suppressProgress: true,
  };
}

function definedOnly(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function messageOf(error: unknown): string {
  return (error as Error).message;
}

/** What to do about an error of Pulumi. */
function adviceForPulumi(message: string, backend: Backend): string {
  if (/passphrase/.test(message)) {
    return "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the stack's passphrase.";
  }
  return backend.own
    ? `see that ${backend.url} can be read and written.`
    : `see that the backend ${backend.url} (from ${backend.because}) can be reached and that you are logged in.`;
}
