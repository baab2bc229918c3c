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
  const child = start(stack, command, args, env);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { output, status };
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
  const child = start(stack, command, [], {});
  let [output, told] = ["", false];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (!told && says.test(output)) {
        told = true;
        child.kill(signal);
      }
    });
  }
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { output, status };
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
  const up = start(stack, "up", [], env);
  let output = "";
  const reached = new Promise<boolean>((resolve) => {
    up.on("close", () => resolve(false));
    for (const stream of [up.stdout, up.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (moment.says?.test(output)) {
          resolve(true);
        }
      });
    }
    // The CLI writes a line in pieces.
    let seen = "";
    events?.stdout.setEncoding("utf8").on("data", (text: string) => {
      seen += text;
      if (seen.split("\n").some((line) => moment.docker?.test(line))) {
        resolve(true);
      }
    });
  });
  const inTime = await reached;
  if (inTime) {
    const cli = cliOf(stack);
    if (moment.group) {
      process.kill(-Number(up.pid), "SIGKILL");
    }
    process.kill(moment.group ? -cli : cli, "SIGKILL");
    await new Promise((resolve) => up.on("close", resolve));
  }
  events?.kill();
  if (!inTime) {
    throw new Error(`The update ended before ${moment.says ?? moment.docker}:\n${output}`);
  }
}

function start(
  stack: string,
  command: string,
  args: string[],
  env: Record<string, string>,
): ChildProcess {
  return spawn(process.execPath, wordsOf(command, stack, args), {
    cwd: root,
    env: { ...ownBackend(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own.
    detached: true,
  });
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
