import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { statusOf } from "../../../cli/setup/toolchain";
import { root } from "../../../cli/setup/folders";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

const module = path.join(root, "cli/automation/process");

/** Like Pulumi: it has work to do once it is told to end, and says what told it. */
const program = `
  const group = require("fs").readFileSync("/proc/self/stat", "utf8").split(" ")[4];
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => { console.log(signal); process.exitCode = 255; clearInterval(waiting); });
  }
  const waiting = setInterval(() => {}, 1000);
  console.log("group " + group);
`;

interface Command {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** Exit code. */
  ended: Promise<number | null>;
}

/** A command that shows a program; it ends with the code that it got. */
async function startCommand(options: object, source = program): Promise<Command> {
  const command =
    `const { show } = require(${JSON.stringify(module)});` +
    `show(process.execPath, ["--eval", ${JSON.stringify(source)}], ${JSON.stringify(options)})` +
    ".then((code) => (process.exitCode = code));";
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", command], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), ended]);
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

describe("a program that has work to put in order", () => {
  it.each<[NodeJS.Signals, string, number]>([
    ["SIGTERM", "SIGTERM", 143],
    ["SIGHUP", "SIGTERM", 129],
    ["SIGINT", "SIGINT", 130],
  ])("is told of a %s by a %s, and waited for (%i)", async (signal, told, code) => {
    const command = await startCommand({ apart: true });
    process.kill(Number(command.child.pid), signal);
    expect(await command.ended).toBe(code);
    expect(command.stdout().split("\n").slice(1)).toEqual([told, ""]);
  });

  it("is told once where its command's whole process group is", async () => {
    const command = await startCommand({ apart: true });
    process.kill(-Number(command.child.pid), "SIGTERM");
    expect(await command.ended).toBe(143);
    const [group, ...told] = command.stdout().split("\n");
    expect(group).not.toBe(`group ${command.child.pid}`);
    expect(told).toEqual(["SIGTERM", ""]);
  });

  it("is in its command's process group where it may ask on a terminal", async () => {
    const command = await startCommand({});
    process.kill(Number(command.child.pid), "SIGTERM");
    expect(await command.ended).toBe(143);
    expect(command.stdout()).toBe(`group ${command.child.pid}\nSIGTERM\n`);
  });
});

it("progress goes to stderr", async () => {
  const command = await startCommand({ progress: true }, 'console.log("half of it")');
  expect(await command.ended).toBe(0);
  expect(command.stdout()).toBe("");
  expect(command.stderr()).toBe("half of it\n");
});

it("what airgap builds for Pulumi stays out of what Pulumi prints", () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "airgap/build": "echo half of it" });
  const airgap = JSON.stringify(path.join(root, "cli/setup/airgap"));
  const options = JSON.stringify({ folder });
  const command = `require(${airgap}).runAirgap("build", [], ${options})`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", "tsx/cjs", "--eval", command],
    { encoding: "utf8" },
  );
  expect([stdout, stderr]).toEqual(["", "half of it\n"]);
});

it("the download site is asked through the user's proxy", async () => {
  const asked: (string | undefined)[] = [];
  const proxy = http.createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  proxy.on("connect", ({ url }, socket) => {
    asked.push(url);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const env = { ...process.env, HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: "" };
  const url = "https://downloads.invalid/install.sh";

  expect(await statusOf(url, env, 10_000)).toBeUndefined();
  expect(asked).toEqual(["downloads.invalid:443"]);
  const direct = { ...env, NO_PROXY: "downloads.invalid" };
  expect(await statusOf(url, direct, 10_000)).toBeUndefined();
  expect(asked).toHaveLength(1);
});
