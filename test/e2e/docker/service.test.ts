import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldOutPictures } from "../../../cli/predict/pictures";
import { predict } from "../../../cli/predict/service";
import { root } from "../../../cli/setup/folders";
import { containers, docker, inspect, objects, requestsPerServer } from "../../support/docker";
import { pixelsOf } from "../../support/sampleRequests";
import { connect } from "../../support/servingGrpc";
import { configure, createStack, TestStack } from "../../support/stack";
import { until } from "../../support/until";

const config = { restPort: "18501", grpcPort: "18500", notebook: "false" };

describe("a stack on local Docker", () => {
  let test1: TestStack;
  let outputs: Record<string, { value: unknown; secret: boolean }>;

  beforeAll(async () => {
    test1 = await createStack("service", config);
    outputs = (await test1.stack.up()).outputs;
  });
  afterAll(() => test1.remove());

  test("says in its outputs where it serves what", () => {
    const values = Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [name, output.value]),
    );
    const versions = fs.readdirSync(path.join(root, "model/classifier/my_model"));
    expect(values).toMatchObject({
      restUrl: "http://127.0.0.1:18501/v1/models/my_model",
      grpcAddress: "127.0.0.1:18500",
      image: expect.stringMatching(/^tf_serving:[0-9a-f]{12}$/),
      modelVersion: versions.sort().pop(),
      replicas: 4,
    });
    expect(Object.keys(outputs)).not.toContain("notebookUrl");
  });

  test("answers REST with the right class for a held-out picture", async () => {
    const [picture] = heldOutPictures(root);
    const [probabilities] = await predictRest([picture]);
    expect(indexOfLargest(probabilities)).toBe(picture.index);
  });

  test("answers gRPC with the probabilities that REST gives", async () => {
    const pictures = heldOutPictures(root).slice(0, 2);
    const overRest = await predictRest(pictures);
    const client = connect("127.0.0.1:18500");
    try {
      for (const [index, picture] of pictures.entries()) {
        const data = (await pixelsOf(picture)).flat(2);
        const { outputs: tensors } = await client.predict({
          model: "my_model",
          input: inputName(),
          data,
          shape: [1, 224, 224, 3],
        });
        const overGrpc = Object.values(tensors)[0].data;
        overGrpc.forEach((probability, at) =>
          expect(probability).toBeCloseTo(overRest[index][at], 5),
        );
      }
    } finally {
      client.close();
    }
  });

  test("spreads the calls of one gRPC connection over all four replicas", async () => {
    const [balancer] = containers(test1.label, "balancer");
    const before = requestsPerServer(balancer, "grpc_replicas");
    const client = connect("127.0.0.1:18500");
    try {
      for (let call = 0; call < 80; call++) {
        await client.getModelStatus({ model: "my_model" });
      }
    } finally {
      client.close();
    }
    const after = requestsPerServer(balancer, "grpc_replicas");
    const calls = Object.entries(after).map(([server, total]) => total - (before[server] ?? 0));
    expect(calls.reduce((sum, count) => sum + count)).toBe(80);
    expect(calls.filter((count) => count >= 10)).toHaveLength(4);
  });

  test("lets nobody unload models through the gRPC port", async () => {
    const client = connect("127.0.0.1:18500");
    try {
      await expect(client.reloadConfig([])).rejects.toThrow(/UNIMPLEMENTED/);
    } finally {
      client.close();
    }
  });

  test("has a second name on its network, for clients that refuse underscores", () => {
    const [balancer] = containers(test1.label, "balancer");
    const { NetworkSettings, Image } = inspect(balancer);
    const [network] = Object.keys(NetworkSettings.Networks);
    const addresses = ["tf_model_serving", "tf-model-serving"].map(
      (name) =>
        docker("run", "--rm", "--network", network, Image, "getent", "hosts", name).split(" ")[0],
    );
    expect(addresses).toEqual(Array(2).fill(NetworkSettings.Networks[network].IPAddress));
  });

  test("changes nothing in a second update", async () => {
    const before = containers(test1.label);
    const { summary } = await test1.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(containers(test1.label)).toEqual(before);
  });

  test("labels every container, network and volume of it", () => {
    expect(objects(test1.label).map((object) => object.split(" ")[0])).toEqual([
      ...Array(6).fill("container"),
      "network",
      "volume",
    ]);
  });

  test("runs its containers without root, capabilities, writable root or swap", () => {
    for (const id of containers(test1.label)) {
      const { Config, HostConfig, State } = inspect(id);
      // One has ended: it got the balancer's files, and wrote them as root without capabilities.
      const hasEnded = State.Status === "exited";
      const user = hasEnded ? "none" : docker("exec", id, "id", "-u");
      expect(user).not.toBe("0");
      expect(Config.Labels["tfserving.stack"]).toBe(test1.label);
      expect(HostConfig).toMatchObject({
        ReadonlyRootfs: !hasEnded,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
      });
      expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
      expect(HostConfig.NanoCpus).toBeGreaterThan(0);
      expect(HostConfig.Ulimits.map(({ Name }) => Name)).toEqual(["nproc"]);
    }
  });

  test("publishes REST and gRPC on 127.0.0.1 and nothing else", () => {
    const published = containers(test1.label).flatMap((id) =>
      Object.values(inspect(id).HostConfig.PortBindings ?? {}).flat(),
    );
    expect(published.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`).sort()).toEqual([
      "127.0.0.1:18500",
      "127.0.0.1:18501",
    ]);
  });

  test("tells a gRPC client that no replica is ready, and serves it once one is", async () => {
    const data = (await pixelsOf(heldOutPictures(root)[0])).flat(2);
    const call = { model: "my_model", input: inputName(), data, shape: [1, 224, 224, 3] };
    const replicas = containers(test1.label, "replica");
    docker("stop", "--time", "1", ...replicas);
    await until("there is none", async () => (await status()) === 503, 30_000);
    const client = connect("127.0.0.1:18500");
    try {
      await expect(client.predict(call)).rejects.toThrow("UNAVAILABLE: no replica is ready");
      docker("start", ...replicas);
      await until("the same connection serves", () => client.predict(call), 60_000);
    } finally {
      client.close();
    }
  });

  test("scales 4 to 2 to 6 and leaves the other replicas alone", async () => {
    const four = containers(test1.label, "replica");
    const balancer = containers(test1.label, "balancer");
    await configure(test1.stack, { ...config, replicas: "2" });
    await test1.stack.up();
    const two = containers(test1.label, "replica");
    await configure(test1.stack, { ...config, replicas: "6" });
    await test1.stack.up();
    const six = containers(test1.label, "replica");

    expect([two.length, six.length]).toEqual([2, 6]);
    expect(four).toEqual(expect.arrayContaining(two));
    expect(six).toEqual(expect.arrayContaining(two));
    expect(containers(test1.label, "balancer")).toEqual(balancer);
  });

  test("leaves no container, network or volume when it is destroyed", async () => {
    await test1.stack.destroy();
    expect(objects(test1.label)).toEqual([]);
  });

  async function status(): Promise<number> {
    return (await fetch(String(outputs.restUrl.value))).status;
  }

  async function predictRest(pictures: ReturnType<typeof heldOutPictures>): Promise<number[][]> {
    const instances = await Promise.all(pictures.map(pixelsOf));
    const body = { signature_name: "serving_default", instances };
    return (await predict(String(outputs.restUrl.value), body, "dev")) as number[][];
  }

  function inputName(): string {
    const { inputs } = outputs.signature.value as { inputs: Record<string, unknown> };
    return Object.keys(inputs)[0];
  }
});

function indexOfLargest(values: number[]): number {
  return values.indexOf(Math.max(...values));
}
