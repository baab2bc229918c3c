// The container of the ECS task, run by this machine's engine with the same settings.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { defaultDockerHost } from "../../components/core/engine/dockerContext";
import { connect } from "../../components/core/engine/engine";
import { renderContainer } from "../../components/aws/service/taskDefinition";
import { ContainerDefinition, dockerOptions } from "../support/ecsContainer";
import { image as standIn, prepare, request } from "../nightly/standin/server";
import { until } from "../support/until";

const repository = path.join(__dirname, "../..");
const hostPorts = { 8500: 23100, 8501: 23101, 8502: 23102 };
const rest = "http://127.0.0.1:23101/v1/models/multiply";
const health = "http://127.0.0.1:23102";
const drainSeconds = 3;
const runtimeImage = "tfserving-test/runtime:task-definition";
const modelImage = "tfserving-test/multiply:task-definition";

let engine: Docker;
let container: Docker.Container;
let definition: ContainerDefinition;

beforeAll(async () => {
  await prepare();
  engine = connect(process.env.DOCKER_HOST || defaultDockerHost, 0);
  const image = path.join(repository, "components/core/image");
  const runtime = path.join(image, "runtime");
  const model = path.join(repository, "test/support/models/multiply/3");
  await build(runtimeImage, runtime, path.join(runtime, "Dockerfile"), { BASE_IMAGE: standIn });
  await build(modelImage, model, path.join(image, "model.Dockerfile"), {
    PARENT_IMAGE: runtimeImage,
    MODEL_NAME: "multiply",
    VERSION_PATH: "multiply/3",
  });
  definition = JSON.parse(
    JSON.stringify(
      renderContainer({
        image: modelImage,
        cpus: 1,
        memoryMb: 2048,
        gpus: 0,
        drainSeconds,
        stopGraceSeconds: drainSeconds + 10,
        startTimeoutSeconds: 120,
        logGroup: "logs",
        region: "eu-central-1",
        enableExec: false,
      }),
    ),
  ) as ContainerDefinition;
  container = await engine.createContainer(dockerOptions(definition, hostPorts));
  await container.start();
});

afterAll(async () => {
  await container?.remove({ force: true, v: true });
  for (const name of [modelImage, runtimeImage]) {
    await engine?.getImage(name).remove({ noprune: true });
  }
});

/**
 * Builds an image by the engine's BuildKit.
 *
 * @param source - folder of the build
 * @param dockerfile - its text; hidden in the build's folder, as the model's Dockerfile expects it
 */
async function build(
  tag: string,
  source: string,
  dockerfile: string,
  buildargs: Record<string, string>,
): Promise<void> {
  const context = fs.mkdtempSync(path.join(os.tmpdir(), "task-definition-"));
  try {
    fs.cpSync(source, context, { recursive: true });
    fs.copyFileSync(dockerfile, path.join(context, ".Dockerfile"));
    const src = fs.readdirSync(context);
    const options = { t: tag, dockerfile: ".Dockerfile", buildargs, version: "2" as const };
    const progress = await engine.buildImage({ context, src }, options);
    await new Promise<void>((resolve, reject) =>
      engine.modem.followProgress(progress, (error, lines: { error?: string }[] = []) => {
        const reason = error?.message ?? lines.find((line) => line.error)?.error;
        if (reason === undefined) resolve();
        else reject(new Error(`${tag}: ${reason}`));
      }),
    );
  } finally {
    fs.rmSync(context, { recursive: true });
  }
}

/** Runs a shell command in the container; its exit code and what it printed. */
function inside(command: string): { code: number; output: string } {
  try {
    const output = execFileSync("docker", ["exec", container.id, "bash", "-c", command], {
      encoding: "utf8",
      stdio: "pipe",
    });
    return { code: 0, output: output.trim() };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, output: stdout + stderr };
  }
}

const predict = () => request(`${rest}:predict`, "POST", '{"instances": [[1, 2, 3]]}');

describe("the container of a task", () => {
  it("becomes healthy by its own health check", async () => {
    await until(
      "a healthy container",
      async () => {
        const { State } = await container.inspect();
        expect(State.Running).toBe(true);
        return State.Health?.Status === "healthy";
      },
      60_000,
    );
  });

  it("serves a prediction", async () => {
    expect(await predict()).toMatchObject({ status: 200, body: { predictions: [[3, 6, 9]] } });
  });

  it("answers the load balancer's check on the health port", async () => {
    expect(await request(`${health}/readyz`, "GET")).toMatchObject({
      status: 200,
      text: "AVAILABLE\n",
    });
  });

  it("runs without root, capabilities or new privileges", () => {
    const { output } = inside("cat /proc/1/status");
    const line = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(output)?.[1];
    expect(line("Uid")?.split(/\s+/)[0]).toBe("10001");
    expect(line("CapBnd")).toBe("0000000000000000");
    expect(line("CapEff")).toBe("0000000000000000");
    expect(line("NoNewPrivs")).toBe("1");
  });

  it("cannot write to its root file system", () => {
    expect(inside("touch /models/x").output).toContain("Read-only file system");
  });

  it("can write to /tmp and run nothing there", () => {
    expect(inside("echo 'echo hello' > /tmp/x && chmod +x /tmp/x").code).toBe(0);
    expect(inside("/tmp/x").output).toContain("Permission denied");
  });

  it("can have as many files as connections of a load balancer", () => {
    expect(inside("ulimit -Hn").output).toBe("16384");
  });

  // Last: it ends the container.
  it("leaves rotation, serves on while it drains, and ends by itself within the stop timeout", async () => {
    const began = Date.now();
    const stopped = container.stop();
    await until("the health port to say that it drains", async () => {
      const answer = await request(`${health}/readyz`, "GET");
      return answer.status === 503 && answer.text === "DRAINING\n";
    });
    expect((await predict()).status).toBe(200);
    await stopped;
    const seconds = (Date.now() - began) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(drainSeconds);
    expect(seconds).toBeLessThan(definition.stopTimeout);
    expect((await container.inspect()).State).toMatchObject({ Running: false, ExitCode: 0 });
  });
});
