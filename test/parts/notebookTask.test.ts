// The notebook's container definition for ECS, run by the local engine with the same settings.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import names from "../../airgap/images/names.json";
import { renderNotebook } from "../../components/aws/notebook/ecsNotebookTask";
import { docker } from "../nightly/standin/server";
import { until } from "../support/until";

const airgap = path.join(__dirname, "../../airgap");
const image = names.notebookImage;
const volume = `tfserving-notebook-task-${process.pid}`;
const token = "a-token-of-this-test";

/** The part of a container definition that the engine is told. */
interface Definition {
  command: string[];
  environment: { name: string; value: string }[];
  secrets: { name: string }[];
  user: string;
  workingDirectory: string;
  memory: number;
  dockerSecurityOptions: string[];
  linuxParameters: { capabilities: { drop: string[] }; maxSwap: number };
  mountPoints: { containerPath: string }[];
  healthCheck: { command: string[]; timeout: number; retries: number };
  stopTimeout: number;
}

const definition = renderNotebook({
  image,
  memoryMb: 1024,
  gpus: 0,
  restUrl: "http://model.test/v1/models/flowers",
  grpcAddress: "model.test:443",
  modelName: "flowers",
  tokenFrom: "unused",
  logGroup: "unused",
  region: "unused",
}) as unknown as Definition;

let task: string;

/** Starts the container as ECS's agent would, and waits until it is healthy. */
async function start(): Promise<string> {
  const { linuxParameters, healthCheck } = definition;
  const id = await docker(
    ...["run", "-d", "--label", "tfserving.test=notebook-task"],
    ...["--user", definition.user, "--workdir", definition.workingDirectory],
    ...["--memory", `${definition.memory}m`],
    ...["--memory-swap", `${definition.memory + linuxParameters.maxSwap}m`],
    ...linuxParameters.capabilities.drop.flatMap((name) => ["--cap-drop", name]),
    ...definition.dockerSecurityOptions.flatMap((option) => ["--security-opt", option]),
    ...definition.environment.flatMap(({ name, value }) => ["-e", `${name}=${value}`]),
    ...definition.secrets.flatMap(({ name }) => ["-e", `${name}=${token}`]),
    ...definition.mountPoints.flatMap(({ containerPath }) => ["-v", `${volume}:${containerPath}`]),
    ...["--health-cmd", healthCheck.command.slice(1).join(" ")],
    // Its pace is not what is tested.
    ...["--health-interval", "1s", "--health-timeout", `${healthCheck.timeout}s`],
    ...["--health-retries", "60"],
    ...[image, ...definition.command],
  );
  await until(
    "a healthy notebook",
    async () => {
      const state = JSON.parse(await docker("inspect", "-f", "{{json .State}}", id));
      if (!state.Running) throw new Error(`it ended: ${await docker("logs", id)}`);
      return state.Health.Status === "healthy";
    },
    60_000,
  );
  return id;
}

/** HTTP status of JupyterLab's API, asked inside the container by root, as ECS Exec's agent would. */
async function statusInside(query: string): Promise<number> {
  const program = `
import sys, urllib.request, urllib.error
try:
    print(urllib.request.urlopen("http://127.0.0.1:8888/api/status" + sys.argv[1]).status)
except urllib.error.HTTPError as error:
    print(error.code)`;
  return Number(await docker("exec", "--user", "0", task, "python3", "-c", program, query));
}

beforeAll(async () => {
  await promisify(execFile)(path.join(airgap, "engine/start"));
  await promisify(execFile)(path.join(airgap, "images/build"), ["notebook"]);
  await docker("volume", "create", volume);
  // As the access point of the files makes their folder.
  await docker(
    ...["run", "--rm", "--user", "0", "--entrypoint", "chown", "-v", `${volume}:/files`],
    ...[image, "1000:100", "/files"],
  );
  task = await start();
});

afterAll(async () => {
  if (task) await docker("rm", "-f", task);
  await docker("volume", "rm", "-f", volume);
});

describe("the notebook's container for ECS", () => {
  it("lets in who has the token, at the end of the tunnel", async () => {
    expect(await statusInside(`?token=${token}`)).toBe(200);
    expect(await statusInside("")).toBe(403);
  });

  it("listens to itself only", async () => {
    const sockets = await docker("exec", task, "cat", "/proc/net/tcp", "/proc/net/tcp6");
    const listening = sockets
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === "0A")
      .map(([, address]) => address);
    // 127.0.0.1:8888, the way the kernel writes it.
    expect(listening).toContain("0100007F:22B8");
    expect(listening.filter((address) => address.endsWith(":22B8"))).toHaveLength(1);
  });

  it("knows where the model is", async () => {
    const environment = await docker("exec", task, "env");
    expect(environment).toContain("TF_SERVING_REST_URL=http://model.test/v1/models/flowers");
    expect(environment).toContain("TF_SERVING_GRPC_ADDRESS=model.test:443");
    expect(environment).toContain("MODEL_NAME=flowers");
  });

  it("keeps its files when it is stopped and started anew", async () => {
    const file = `${definition.mountPoints[0].containerPath}/kept.ipynb`;
    await docker("exec", task, "sh", "-c", `echo kept > ${file}`);
    await docker("stop", "-t", String(definition.stopTimeout), task);
    // 137 would be a notebook that had to be killed.
    expect(await docker("inspect", "-f", "{{.State.ExitCode}}", task)).toBe("0");
    await docker("rm", task);
    task = await start();
    expect(await docker("exec", task, "cat", file)).toBe("kept");
  });
});
