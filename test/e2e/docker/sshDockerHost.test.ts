import { ChildProcess, spawn } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { SshMachine, sshMachine } from "../../support/sshMachine";
import { configure, createStack, TestStack } from "../../support/stack";
import { dockerOn } from "../../support/ownMachine";

const localPort = 23301;
const scale = path.join(root, "test/unit/tfserving/testdata/scale/1");
const request = JSON.stringify({ inputs: { x: [[1, 2, 3]], notes: "none" } });

describe("a service on a machine that is reached by SSH and that the stack creates", () => {
  let machine: SshMachine;
  let stack: TestStack;
  let config: Record<string, string>;
  let outputs: Record<string, { value: unknown; secret: boolean }>;
  const models = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-models-"));

  beforeAll(async () => {
    const { baseImage, balancerImage } = inject("images");
    machine = sshMachine([baseImage, balancerImage]);
    for (const version of ["1", "2", "3"]) {
      fs.cpSync(scale, path.join(models, "scale", version), { recursive: true });
    }
    const broken = path.join(models, "scale/3/assets.extra");
    fs.mkdirSync(broken);
    fs.writeFileSync(path.join(broken, "tf_serving_warmup_requests"), "no TFRecord at all");
    config = {
      folder: machine.folder,
      address: machine.address,
      generation: "1",
      waitSeconds: "240",
      modelFolder: models,
      modelVersion: "1",
    };
    const program = path.join(root, "test/e2e/docker/sshHost");
    stack = await createStack("ssh-host", config, program);
  });
  afterAll(async () => {
    try {
      await stack?.remove();
    } finally {
      await machine?.remove();
      fs.rmSync(models, { recursive: true, force: true });
      const files = fs.existsSync(sshFolder) ? fs.readdirSync(sshFolder) : [];
      files
        .filter((file) => file.startsWith(keyName))
        .forEach((file) => fs.rmSync(path.join(sshFolder, file)));
    }
  });

  test("can be previewed before there is the machine", async () => {
    const { changeSummary } = await stack.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["create"]);
    expect(machine.isOn()).toBe(false);
  });

  test("waits until the machine's engine answers, and serves there", async () => {
    outputs = (await stack.stack.up()).outputs;
    expect(outputs.engine.value).toBe(`ssh://root@${machine.address}`);
    expect(await versionServed()).toBe("1");
    expect(running()).toHaveLength(3);
  });

  test("keeps the private key out of outputs, and in a file for the user alone", () => {
    const key = path.join(sshFolder, keyName);
    expect(fs.statSync(key).mode & 0o777).toBe(0o600);
    const [, line] = fs.readFileSync(key, "utf8").split("\n");
    expect(JSON.stringify(outputs)).not.toContain(line);
    expect(stack.stateOnDisk()).not.toContain(line);
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("releases a model version there", async () => {
    await set({ modelVersion: "2" });
    await stack.stack.up();
    expect(await versionServed()).toBe("2");
  });

  test("watches the replicas there: a release that ends fails, and the one before serves on", async () => {
    await set({ modelVersion: "3" });
    const said: string[] = [];
    await expect(stack.stack.up({ onOutput: (text) => said.push(text) })).rejects.toThrow();
    expect(await versionServed()).toBe("2");
    await set({ modelVersion: "2" });
    await stack.stack.up();
    expect(said.join("")).toMatch(/The new replica \d ended .*tf_serving_warmup_requests/s);
    expect(await versionServed()).toBe("2");
  });

  describe("while the machine is off", () => {
    beforeAll(() => machine.off());

    test("can be previewed, with all as it was", async () => {
      const { changeSummary } = await stack.stack.preview();
      expect(Object.keys(changeSummary)).toEqual(["same"]);
    });

    test("can be previewed with a release", async () => {
      await set({ modelVersion: "1" });
      const { changeSummary } = await stack.stack.preview();
      expect(changeSummary).toMatchObject({ replace: 3 });
      await set({ modelVersion: "2" });
    });

    test("is not updated, and the error says why", async () => {
      await set({ modelVersion: "2", waitSeconds: "5" });
      await expect(stack.stack.up()).rejects.toThrow(
        /The Docker Engine at ssh:\/\/root@10\.86\.0\.2 does not answer after 5 s \(.*\)\. Start the machine\./,
      );
    });

    test("serves again once it is on again, without an update", async () => {
      await machine.on();
      await expect.poll(versionServed, { timeout: 60_000, interval: 1000 }).toBe("2");
      await set({ modelVersion: "2" });
      const { summary } = await stack.stack.up();
      expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    });
  });

  test("refuses another machine at its address", async () => {
    const key = path.join(machine.folder, "host_key");
    const own = fs.readFileSync(key, "utf8");
    await machine.off();
    const other = path.join(sshFolder, keyName);
    fs.writeFileSync(key, fs.readFileSync(other, "utf8"));
    await machine.on();
    await set({ modelVersion: "2", waitSeconds: "5" });
    await expect(stack.stack.up()).rejects.toThrow(/Host key verification failed/);
    fs.writeFileSync(key, own);
    await machine.off();
  });

  test("is created anew when the machine is replaced, with nothing asked of the old one", async () => {
    await set({ modelVersion: "2", generation: "2" });
    expect(machine.isOn()).toBe(false);
    const { changeSummary } = await stack.stack.preview();
    expect(changeSummary).not.toHaveProperty("create");
    const before = outputs.replicas.value;
    outputs = (await stack.stack.up()).outputs;
    expect(outputs.replicas.value).not.toEqual(before);
    expect(await versionServed()).toBe("2");
    expect(running()).toHaveLength(3);
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("is destroyed while the machine is off", async () => {
    await machine.off();
    await stack.stack.destroy();
    expect((await stack.stack.exportStack()).deployment.resources ?? []).toEqual([]);
  });

  function set(values: Record<string, string>): Promise<void> {
    return configure(stack.stack, { ...config, ...values });
  }

  function running(): string[] {
    return dockerOn(machine, "ps", "--quiet").split("\n").filter(Boolean);
  }

  /** Asks through a tunnel, as people do. */
  async function versionServed(): Promise<string> {
    const forward = `${localPort}:127.0.0.1:8501`;
    const options = outputs.sshOptions.value as string[];
    const tunnel = spawn(
      "ssh",
      [
        ...options,
        "-o",
        "ExitOnForwardFailure=yes",
        "-N",
        "-L",
        forward,
        `root@${machine.address}`,
      ],
      { stdio: "ignore" },
    );
    try {
      await expect.poll(predict, { timeout: 20_000, interval: 200 }).toEqual([[2, 4, 6]]);
      const answer = await fetch(`http://127.0.0.1:${localPort}/v1/models/scale`);
      const { model_version_status } = (await answer.json()) as {
        model_version_status: { version: string }[];
      };
      return model_version_status.map(({ version }) => version).join();
    } finally {
      await ended(tunnel);
    }
  }
});

const sshFolder = path.join(os.userInfo().homedir, ".ssh");
const keyName = "tfserving-ssh-host-test-ssh-host-gpu";

async function predict(): Promise<unknown> {
  try {
    const answer = await fetch(`http://127.0.0.1:${localPort}/v1/models/scale:predict`, {
      method: "POST",
      body: request,
    });
    return ((await answer.json()) as { outputs: { y: unknown } }).outputs.y;
  } catch {
    return undefined;
  }
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  const exit = new Promise((resolve) => process.once("exit", resolve));
  process.kill();
  await exit;
}
