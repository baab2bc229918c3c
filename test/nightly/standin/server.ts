import { execFile, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import names from "../../../airgap/images/names.json";
import { until } from "../../support/until";

const run = promisify(execFile);
const airgap = path.join(__dirname, "../../../airgap");
export const image = names.baseImage;
const tensorflowImage = image.replace("/serving:", "/tensorflow:");

/** Runs docker and returns what it printed; rejects with what it complained about. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", args, { maxBuffer: 64 << 20 });
  return stdout.trim();
}

/** Starts the engine and builds the image where that is still to do. */
export async function prepare(): Promise<void> {
  await run(path.join(airgap, "engine/start"));
  await run(path.join(airgap, "images/build"), ["serving"]);
}

/** A temporary folder with the models of makeModels.py, made by the image's own TensorFlow. */
export async function makeModels(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "standin-models-"));
  await fs.chmod(folder, 0o755);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(
      "docker",
      [
        ...["run", "--rm", "-i", "--network", "none", "--user", user, "-e", "HOME=/tmp"],
        ...["-v", `${folder}:/out`, tensorflowImage, "python3", "-", "/out"],
      ],
      { stdio: ["pipe", "ignore", "pipe"] },
    );
    let complaints = "";
    child.stderr.on("data", (data: Buffer) => (complaints += data.toString()));
    createReadStream(path.join(__dirname, "makeModels.py")).pipe(child.stdin);
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`makeModels.py ended with ${code}: ${complaints.slice(-2000)}`));
    });
  });
  return folder;
}

export type Headers = Record<string, string>;

/** One running container of the stand-in, on free ports of 127.0.0.1. */
export interface Server {
  id: string;
  rest: string;
  grpc: string;
  logs(): Promise<string>;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  call(path: string, method: string, body?: string | Buffer, headers?: Headers): Promise<Answer>;
  stop(): Promise<void>;
}

/** A REST answer; `body` is `text` parsed where it is JSON. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: unknown;
}

/** How to start it: `options` are docker's, `args` the server's. */
export interface Start {
  options?: string[];
  args?: string[];
}

async function create(models: string, start: Start): Promise<string> {
  return docker(
    ...["run", "-d", "--label", "tfserving.test=standin", "-v", `${models}:/models`],
    ...["-p", "127.0.0.1::8500", "-p", "127.0.0.1::8501", ...(start.options ?? [])],
    ...[image, ...(start.args ?? [])],
  );
}

async function state(id: string): Promise<{ Running: boolean; ExitCode: number }> {
  return JSON.parse(await docker("inspect", "-f", "{{json .State}}", id)) as {
    Running: boolean;
    ExitCode: number;
  };
}

async function logsOf(id: string): Promise<string> {
  const { stdout, stderr } = await run("docker", ["logs", id], { maxBuffer: 64 << 20 });
  return stdout + stderr;
}

/**
 * By node:http: against a port whose server is not up yet, Node 20's fetch may never settle. With
 * the header Expect, the body is sent only when the server asks for it.
 */
export function request(
  url: string,
  method: string,
  body: string | Buffer = "",
  headers: Headers = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, timeout: 60_000 };
    const call = http.request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: parsed(response, text),
        });
      });
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 60 s")));
    call.on("error", reject);
    if ("Expect" in headers) {
      call.on("continue", () => call.end(body));
      call.flushHeaders();
    } else {
      call.end(body);
    }
  });
}

function parsed(response: http.IncomingMessage, text: string): unknown {
  if (!response.headers["content-type"]?.includes("json")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // NaN and Infinity are no JSON
  }
}

async function port(id: string, inside: number): Promise<string> {
  return (await docker("port", id, `${inside}/tcp`)).split("\n")[0]!;
}

/** Starts a container without waiting for it to serve. */
export async function launch(models: string, start: Start = {}): Promise<Server> {
  const id = await create(models, start);
  const [grpc, rest] = await Promise.all([port(id, 8500), port(id, 8501)]);
  return {
    id,
    grpc,
    rest: `http://${rest}`,
    logs: () => logsOf(id),
    call: (target, method, body, headers) =>
      request(`http://${rest}${target}`, method, body, headers),
    get: (target) => request(`http://${rest}${target}`, "GET"),
    post: (target, body) =>
      request(
        `http://${rest}${target}`,
        "POST",
        typeof body === "string" ? body : JSON.stringify(body),
      ),
    stop: async () => {
      await docker("rm", "-f", "-v", id);
    },
  };
}

/** Starts a container and waits until its REST port answers. */
export async function serve(models: string, start: Start = {}): Promise<Server> {
  const server = await launch(models, start);
  await until("the REST port", async () => {
    if (!(await state(server.id)).Running) throw new Error(await server.logs());
    return server.get("/v1/models/any").catch(() => undefined);
  });
  return server;
}

/** Runs a container to its end; the exit code and everything it printed. */
export async function runToEnd(
  models: string,
  start: Start,
): Promise<{ code: number; output: string }> {
  const id = await create(models, start);
  try {
    await until("the end of the server", async () => !(await state(id)).Running);
    return { code: (await state(id)).ExitCode, output: await logsOf(id) };
  } finally {
    await docker("rm", "-f", "-v", id);
  }
}
