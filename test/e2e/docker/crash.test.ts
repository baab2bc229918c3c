import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containers, docker, inspect } from "../../support/docker";
import { describeLoad, startLoad } from "../../support/load";
import { restPrediction, SampleModel, sampleModel } from "../../support/sampleModel";
import { createStack, TestStack } from "../../support/stack";
import { until } from "../../support/until";

const port = 18565;

describe("a process that is killed", () => {
  let stack: TestStack;
  let model: SampleModel;

  beforeAll(async () => {
    model = sampleModel(100);
    stack = await createStack("crash", {
      ...{ restPort: port, grpcPort: port + 1, notebook: false, replicas: 2, memoryMb: 192 },
      modelFolder: model.folder,
    });
    await stack.stack.up();
  });
  afterAll(async () => {
    await stack?.remove();
    model?.remove();
  });

  test("takes no request with it that a balancer can send again, if it is a replica", async () => {
    const [victim] = containers(stack.label, "replica");
    const before = restarts(victim);
    const load = startLoad({ target: statusCall(), perSecond: 50 });
    await load.more(50);
    kill(victim);
    await load.more(50);
    await isBack(victim, before);
    await load.more(50);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
  });

  test("is back by itself if it ran out of memory, and the others served", async () => {
    const [victim] = containers(stack.label, "replica");
    const before = restarts(victim);
    const load = startLoad({ target: statusCall(), perSecond: 20 });
    await load.more(10);
    await sendMoreThanItHolds(victim);
    await isBack(victim, before);
    await load.more(10);
    const result = await load.stop();
    expect(ranOutOfMemory(victim)).toBe(true);
    expect(result.failed, describeLoad(result)).toBe(0);
  });

  test("is back by itself if it is the balancer", async () => {
    const [balancer] = containers(stack.label, "balancer");
    const before = restarts(balancer);
    kill(balancer);
    await isBack(balancer, before);
    await until("the service answers", async () => (await fetch(statusCall().url)).ok, 30_000);
  });

  function statusCall() {
    return { api: "rest" as const, url: `http://127.0.0.1:${port}/v1/models/my_model` };
  }

  /** Sends one replica, past the balancer, predictions that take more than its memory. */
  async function sendMoreThanItHolds(id: string): Promise<void> {
    const [network] = Object.values(inspect(id).NetworkSettings.Networks);
    const picture = JSON.parse(String(restPrediction(port).body)).instances[0];
    const body = JSON.stringify({ instances: Array.from({ length: 30 }, () => picture) });
    const url = `http://${network.IPAddress}:8501/v1/models/my_model:predict`;
    const answers = Array.from({ length: 4 }, () => fetch(url, { method: "POST", body }));
    await expect(Promise.all(answers)).rejects.toThrow();
  }

  async function isBack(id: string, restartsBefore: number): Promise<void> {
    const healthy = () =>
      restarts(id) > restartsBefore && inspect(id).State.Health?.Status === "healthy";
    await until("the container is healthy again", healthy, 60_000);
  }
});

function restarts(id: string): number {
  return inspect(id).RestartCount;
}

/** As the engine was told by the kernel, which may have ended the supervisor together with the server. */
function ranOutOfMemory(id: string): boolean {
  const now = String(Math.floor(Date.now() / 1000) + 1);
  const filters = ["--filter", "event=oom", "--filter", `container=${id}`];
  return docker("events", "--since", "10m", "--until", now, ...filters) !== "";
}

/** As the kernel does; `docker kill` would count as meant. */
function kill(id: string): void {
  process.kill(inspect(id).State.Pid, "SIGKILL");
}
