import { ChildProcess, execFileSync, spawn } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { freePorts } from "./freePorts";
import { until } from "./until";

const runtimeFolder = path.join(__dirname, "../../components/core/image/runtime");
export const script = path.join(runtimeFolder, "tfserving-supervisor");
const fakeServer = path.join(__dirname, "fake-model-server.mjs");

// Runs the script as the stock image would: no module but its own and those of perl-base, which
// Debian and Ubuntu install in a folder of that name.
const perlBaseOnly = `
  BEGIN { @INC = ((grep { m{/perl-base$} } @INC), shift) }
  @INC == 2 or die "this perl has no perl-base folder: run on Debian or Ubuntu\\n";
  $0 = shift; do $0; die $@`;
export const perlBase = ["-e", perlBaseOnly, runtimeFolder, script];

export interface Answer {
  code?: number;
  /** "<state> <error message>" by version. */
  states?: Record<string, string>;
  body?: string;
  raw?: string;
  open?: boolean;
  hang?: boolean;
}

export interface Reply {
  code: number;
  text: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running supervisor, its fake server, and what both wrote. */
export interface Supervisor {
  process: ChildProcess;
  ports: { grpc: number; rest: number; health: number };
  folder: string;
  stderr: () => string;
  /** Fails after ten seconds, so that a supervisor that never ends is a failed test. */
  exit: () => Promise<Exit>;
  health: (path?: string) => Promise<Reply>;
  rest: (model: string) => Promise<Reply>;
  steer: (method: string, path: string, body?: unknown) => Promise<string>;
  answer: (model: string, answer: Answer) => Promise<unknown>;
}

export interface Start {
  env?: Record<string, string>;
  arguments?: string[];
  /** Put before the supervisor's own command line. */
  prefix?: string[];
  /** Wait until the server's REST port and the health port answer. @default true */
  serving?: boolean;
}

const started: Supervisor[] = [];

export async function startSupervisor(start: Start = {}): Promise<Supervisor> {
  const [grpc, rest, health] = await freePorts(3);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "supervisor-"));
  fs.writeFileSync(
    path.join(folder, "tensorflow_model_server"),
    `#!/bin/sh\nexec "${process.execPath}" "${fakeServer}" "$@"\n`,
    { mode: 0o755 },
  );
  const command = [...(start.prefix ?? []), "perl", ...perlBase, ...(start.arguments ?? [])];
  const child = spawn(command[0], command.slice(1), {
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      TMPDIR: folder,
      MODEL_NAME: "fish",
      TFS_GRPC_PORT: String(grpc),
      TFS_REST_PORT: String(rest),
      TFS_HEALTH_PORT: String(health),
      ...start.env,
    },
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  let exit: Exit | undefined;
  child.on("close", (code, signal) => (exit = { code, signal }));
  const supervisor: Supervisor = {
    process: child,
    ports: { grpc, rest, health },
    folder,
    stderr: () => stderr,
    exit: () => until("the supervisor ends", () => exit, 10_000),
    health: (at = "/readyz") => get(health, at),
    rest: (model) => get(rest, `/v1/models/${model}`),
    steer: async (method, at, body) => {
      const init = { method, body: JSON.stringify(body), headers: { connection: "close" } };
      return (await fetch(`http://127.0.0.1:${grpc}${at}`, init)).text();
    },
    answer: (model, answer) => supervisor.steer("PUT", `/models/${model}`, answer),
  };
  started.push(supervisor);
  if (start.serving ?? true) {
    await until("the server runs", () => supervisor.steer("GET", "/info"));
    await supervisor.steer("POST", "/listen");
  }
  return supervisor;
}

/** A supervisor whose model fish is AVAILABLE. */
export async function startReady(start: Start = {}): Promise<Supervisor> {
  const supervisor = await startSupervisor(start);
  await supervisor.answer("fish", { states: { 1: "AVAILABLE" } });
  await untilHealth(supervisor, 200);
  return supervisor;
}

/** Ends what the tests left running: by SIGTERM, or by force when that is what is broken. */
export async function stopAll(): Promise<void> {
  for (const { process: child, folder, exit } of started.splice(0)) {
    const again = setInterval(() => child.kill("SIGTERM"), 100);
    const force = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.kill("SIGTERM");
    await exit();
    clearInterval(again);
    clearTimeout(force);
    fs.rmSync(folder, { recursive: true });
  }
}

export async function untilHealth(supervisor: Supervisor, code: number, text = ""): Promise<Reply> {
  let last: Reply | undefined;
  return until(
    () => `health ${code} "${text}", but it is ${JSON.stringify(last)}`,
    async () => {
      last = await supervisor.health();
      return last.code === code && last.text.includes(text) && last;
    },
  );
}

export function check(port: number, ...words: string[]): { code: number; output: string } {
  try {
    const output = execFileSync("perl", [...perlBase, "--check", ...words], {
      env: { ...process.env, TFS_HEALTH_PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { code: 0, output: output.toString() };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: Buffer; stderr: Buffer };
    return { code: status, output: stdout.toString() + stderr.toString() };
  }
}

async function get(port: number, at: string): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${port}${at}`, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(3000),
  });
  return { code: response.status, text: await response.text() };
}
