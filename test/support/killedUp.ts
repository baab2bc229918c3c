import { ChildProcess, spawn } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { lockFolder } from "../../cli/automation/leftBehind";
import { ownFolder, root } from "../../cli/setup/folders";
import { CommandResult, ownBackend, wordsOf } from "./npmCommand";

/** A moment in an update, told by what it says or by what Docker does. */
export interface Moment {
  /** A line of `npm run up`. */
  says?: RegExp;
  /** An event of a container, as `<event> <name>`. */
  docker?: RegExp;
  /** Whether the command and Pulumi's whole process group are killed, not only Pulumi's command line. */
  group?: boolean;
}

/** `runNpmCommand` without holding this process up, so that a client can go on asking. */
export async function startCommand(
  stack: string,
  command: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  return start(stack, command, args, env).ended;
}

/**
 * Runs a command and tells it to end at a moment.
 *
 * @param says - a line of Pulumi's
 */
export async function endCommandAt(
  stack: string,
  command: string,
  says: RegExp,
  signal: "SIGINT" | "SIGTERM" | "SIGHUP",
): Promise<CommandResult> {
  let told = false;
  const { child, ended } = start(stack, command, [], {}, (output) => {
    if (!told && says.test(output)) {
      told = true;
      child.kill(signal);
    }
  });
  return ended;
}

/**
 * Runs `npm run up` and kills it (SIGKILL) at a moment.
 *
 * @throws Error with all that it said when the update ended before that moment
 */
export async function killUpAt(
  stack: string,
  moment: Moment,
  env: Record<string, string> = {},
): Promise<void> {
  const events = moment.docker && spawn("docker", watch(`tfserving/${stack}`), { stdio: "pipe" });
  let reach = () => {};
  const reached = new Promise<true>((resolve) => (reach = () => resolve(true)));
  const { child, ended } = start(stack, "up", [], env, (output) => {
    if (moment.says?.test(output)) reach();
  });
  // The CLI writes a line in pieces.
  let seen = "";
  events?.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
    if (seen.split("\n").some((line) => moment.docker?.test(line))) reach();
  });
  const first = await Promise.race([reached, ended]);
  events?.kill();
  if (first !== true) {
    throw new Error(`The update ended before ${moment.says ?? moment.docker}:\n${first.output}`);
  }
  const cli = cliOf(stack);
  if (moment.group) {
    process.kill(-Number(child.pid), "SIGKILL");
  }
  process.kill(moment.group ? -cli : cli, "SIGKILL");
  await ended;
}

/** @param hear - is told all that the command has said, as it says more */
function start(
  stack: string,
  command: string,
  args: string[],
  env: Record<string, string>,
  hear: (output: string) => void = () => {},
): { child: ChildProcess; ended: Promise<CommandResult> } {
  const child = spawn(process.execPath, wordsOf(command, stack, args), {
    cwd: root,
    env: { ...ownBackend(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      hear(output);
    });
  }
  const ended = new Promise<CommandResult>((resolve) =>
    child.on("close", (status) => resolve({ output, status })),
  );
  return { child, ended };
}

function watch(label: string): string[] {
  const format = "{{.Action}} {{.Actor.Attributes.name}}";
  return ["events", "--filter", `label=tfserving.stack=${label}`, "--format", format];
}

/** The process that holds the stack's lock is Pulumi's command line. */
function cliOf(stack: string): number {
  const folder = lockFolder(ownFolder, "tfserving", stack);
  const [lock] = fs.readdirSync(folder).filter((file) => file.endsWith(".json"));
  return JSON.parse(fs.readFileSync(path.join(folder, lock), "utf8")).pid;
}
