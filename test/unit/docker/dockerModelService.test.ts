import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import { describe, expect, it } from "vitest";

import { ReleaseStrategy } from "@tf-model-serving/core";
import { resolveModelServiceArgs } from "../../../components/core/docker/modelServiceArgs";
import { renderBalancerConfig } from "../../../components/core/serving/balancer/config";
import type { BalancerSettings } from "../../../components/core/serving/balancer/settings";
import { edgeOf } from "../../../components/core/serving/edge/edge";
import { engine } from "../../support/fakeEngine";
import { isKnown, outputsOf, promiseOf, unknown, urn } from "../../support/mocks";
import { rendered } from "../../support/rendered";
import { repository } from "../../support/stackConfig";
import { type Args, canary, changed, createService, inputsOf } from "./modelService";

const everything: Args = {
  ...{ serviceName: "birds", modelVersion: "100", canary: { ...canary, replicas: 1 } },
  ...{ cpus: 2.5, memoryMb: 4096, pids: 300, gpus: "device=0,2" },
  ...{ drainSeconds: 20, startTimeoutSeconds: 300, grpcTimeoutSeconds: 180 },
  ...{ publishAddress: "192.0.2.7", restPort: 18501, grpcPort: 18500 },
  balancerImage: "registry.example.com/haproxy:3.3",
  labels: { team: "reef", "tfserving.part": "mine" },
  server: { batching: { maxBatchSize: 32 }, restApiTimeoutMs: 5000 },
  engine: { ...engine, apiVersion: "1.47", runtimes: ["nvidia", "runc"] },
};

const withImage = (): Args => ({
  image: new docker.RemoteImage("model", { name: "tf_serving:1" }).imageId,
});

describe("the resources of a service", () => {
  it.each<[string, string, Args]>([
    ["all defaults but one replica", "service", {}],
    ["everything set", "service-everything", everything],
  ])("with %s", async (_, name, args) => {
    const { children } = await createService({ replicas: 1, ...args });
    await expect(rendered(children, "docker")).toMatchFileSnapshot(`snapshots/${name}.yaml`);
  });

  it("are four replicas by default, by stable names, on the provider that it was given", async () => {
    const { children, replicas } = await createService();
    expect(replicas.map(({ name }) => name).sort()).toEqual(
      [1, 2, 3, 4].map((number) => `serving-replica-${number}`),
    );
    const providers = new Set(children.map(({ provider }) => provider));
    expect(providers).toEqual(new Set([urn("pulumi:providers:docker", "docker")]));
  });

  it("publish nothing beyond this machine, and gRPC nowhere, unless told to", async () => {
    const { balancer } = await createService();
    expect(balancer.inputs.ports).toEqual([{ internal: 8501, external: 8501, ip: "127.0.0.1" }]);
  });

  it("run the balancer's script", async () => {
    const script = fs.readFileSync(
      path.join(repository, "components/core/serving/balancer/run"),
      "utf8",
    );
    expect((await createService()).balancer.inputs.command).toEqual(["bash", "-c", script]);
  });

  const set = { serviceName: "birds", server: { restApiTimeoutMs: 5000 }, grpcTimeoutSeconds: 180 };

  it.each<[string, Args, BalancerSettings["times"], string]>([
    ["defaults", {}, { restMs: 31_000, grpcMs: 60_000 }, "tf_model_serving_replica"],
    ["settings", set, { restMs: 6000, grpcMs: 180_000 }, "birds_replica"],
  ])(
    "have a balancer that finds the replicas and waits for them: %s",
    async (_, args, times, replicaAlias) => {
      const inputs = await inputsOf({ replicas: 1, ...args });
      const { server, cpus = 1 } = args as { server?: object; cpus?: number };
      const content = renderBalancerConfig({ replicaAlias, times, edge: edgeOf({ cpus, server }) });
      expect(inputs["Container serving-balancer-config"].uploads).toContainEqual({
        ...{ file: "/staging/haproxy.cfg", content, permissions: "0444" },
      });
    },
  );

  it("make a replica ready when all its models are", async () => {
    const models = [{ name: "birds" }, { name: "fish", labels: { stable: "7" } }];
    const { replicas } = await createService({
      replicas: 1,
      modelName: "fish",
      server: { models },
    });
    expect(replicas[0].inputs.envs).toContain("TFS_STATUS_MODELS=birds,fish,fish/versions/7");
  });

  it("are as by default where arguments are undefined", async () => {
    const none = { replicas: undefined, serviceName: undefined, restPort: undefined };
    expect(await inputsOf(none)).toEqual(await inputsOf({}));
  });

  it("may have an image from a resource", async () => {
    const { replicas } = await createService(withImage);
    expect(replicas[0].inputs.image).toBe("sha256:id-of-tf_serving:1");
    expect(replicas[0].dependencies).toContain(
      urn("docker:index/remoteImage:RemoteImage", "model"),
    );
  });

  it("can be previewed while image, network and names are unknown", async () => {
    const { service, replicas } = await createService(withImage, { preview: true });
    expect(replicas).toHaveLength(4);
    expect(replicas[0].inputs).toMatchObject({
      image: unknown,
      networksAdvanced: [{ name: unknown, aliases: ["tf_model_serving_replica"] }],
    });
    expect(await isKnown(service.networkName)).toBe(false);
    expect(await isKnown(service.replicaNames)).toBe(false);
    expect(await promiseOf(service.restUrl)).toBe("http://127.0.0.1:8501/v1/models/my_model");
  });

  it("keep what the engine says of itself out of the state, where it would change by itself", async () => {
    const { recording } = await createService({ engine });
    expect(recording.find("tfserving:index:DockerModelService").inputs).toEqual({});
  });
});

describe("a canary", () => {
  it("has replicas of its own, as large a part of them as of the requests", async () => {
    const { children } = await createService({ replicas: 4, canary });
    const names = children.map(({ name }) => name).filter((name) => name.includes("canary"));
    expect(names).toEqual(["serving-canary-1", "serving-canary-2"]);
  });

  it("differs from the replicas in image, name on the network, version and user", async () => {
    const inputs = await inputsOf({ replicas: 1, canary: { ...canary, replicas: 1 } });
    const [replica, other] = ["replica", "canary"].map((of) => inputs[`Container serving-${of}-1`]);
    expect(changed(replica, other).sort()).toEqual(["image", "labels", "networksAdvanced", "user"]);
  });

  it("changes nothing but the balancer's configuration when its share changes", async () => {
    const shared = (percent: number) => inputsOf({ canary: { ...canary, percent, replicas: 1 } });
    expect(changed(await shared(10), await shared(90))).toEqual([
      "Container serving-balancer-config",
    ]);
  });
});

describe("a release", () => {
  it.each([
    ["serves with the old replicas until the new ones do", ReleaseStrategy.Surge, false],
    ["in place stops one replica after the other first", ReleaseStrategy.InPlace, true],
  ])("%s", async (_, strategy, first) => {
    const { replicas } = await createService({ strategy });
    expect(replicas.map(({ deleteBeforeReplace }) => deleteBeforeReplace)).toEqual(
      Array(4).fill(first),
    );
  });

  it("stops the balancer before its successor takes the same host ports", async () => {
    expect((await createService()).balancer.deleteBeforeReplace).toBe(true);
  });

  it("makes no container wait for another to be removed", async () => {
    const { children } = await createService();
    const waiting = children.filter(({ dependencies }) =>
      dependencies.some((dependency) => /replica|::serving-balancer$/.test(dependency)),
    );
    const names = waiting.map(({ name }) => name);
    expect(names).toEqual(["serving-balancer-config", "serving-balancer"]);
  });

  it.each([
    [{ cpus: 16 }, 1, 8],
    [{ cpus: 16 }, 3, 2],
    [{ cpus: 2 }, 4, 1],
  ])(
    "starts as many at a time as half of a host with %o serves at %d CPUs: %d",
    (host, cpus, n) => {
      const args = { image: "x", modelName: "m", cpus, engine: { ...engine, ...host } };
      expect(resolveModelServiceArgs(args).parallelStarts).toBe(n);
    },
  );

  it("of another image, other limits and other flags changes the replicas alone", async () => {
    const other = {
      ...{ image: "sha256:next", cpus: 0.5, memoryMb: 512, pids: 128 },
      ...{ drainSeconds: 1, startTimeoutSeconds: 10, server: { numLoadThreads: 2 } },
    };
    const names = ["Container serving-replica-1", "Container serving-replica-2"];
    const [before, after] = [
      await inputsOf({ replicas: 2 }),
      await inputsOf({ replicas: 2, ...other }),
    ];
    expect(changed(before, after)).toEqual(names);
  });

  it.each([
    [4, [3, 4]],
    [6, [3, 4, 5, 6]],
  ])("from 2 to %d replicas adds some and changes none", async (replicas, added) => {
    const names = added.map((number) => `Container serving-replica-${number}`);
    expect(changed(await inputsOf({ replicas: 2 }), await inputsOf({ replicas }))).toEqual(names);
  });
});

describe("no two replicas that run at a time share a user, since the limit of processes counts by user", () => {
  const base = { replicas: 2, canary: { ...canary, percent: 10 } };

  async function users(args: Args = {}): Promise<unknown[]> {
    const { children } = await createService({ ...base, ...args });
    return children
      .filter(({ name }) => /-(replica|canary)-\d+$/.test(name))
      .map(({ inputs }) => inputs.user);
  }

  it("of one service: each has its own", async () => {
    const all = await users({ replicas: 5 });
    expect(new Set(all).size).toBe(all.length);
  });

  it.each<[string, boolean, Args]>([
    ["image", false, { image: "sha256:new" }],
    ["model version", false, { modelVersion: "7" }],
    ["drain", false, { drainSeconds: 6 }],
    ["stop grace", false, { stopGraceSeconds: 60 }],
    ["start time-out", false, { startTimeoutSeconds: 60 }],
    ["CPUs, which thread counts follow", false, { cpus: 2 }],
    ["limit of processes", false, { pids: 2048 }],
    ["flags", false, { server: { enableCors: true } }],
    ["labels", false, { labels: { team: "vision" } }],
    ["memory limit", true, { memoryMb: 4096 }],
    ["number of replicas", true, { replicas: 3 }],
    ["strategy", true, { strategy: ReleaseStrategy.InPlace }],
    ["balancer's image", true, { balancerImage: "haproxy:3.2.1" }],
  ])("of before and after a change of the %s: it is the same: %s", async (_, same, args) => {
    const [before, after] = [await users(), await users(args)];
    expect(after[0] === before[0]).toBe(same);
  });
});

describe("the outputs of a service", () => {
  it("are addresses on the host and on the network, and the replicas' names", async () => {
    const { service } = await createService({ replicas: 2, grpcPort: 8500 });
    expect(await outputsOf(service)).toMatchObject({
      restUrl: "http://127.0.0.1:8501/v1/models/my_model",
      grpcAddress: "127.0.0.1:8500",
      networkName: "serving-1a2b3c4",
      networkRestUrl: "http://tf_model_serving:8501/v1/models/my_model",
      networkGrpcAddress: "tf_model_serving:8500",
      replicaNames: ["serving-replica-1-1a2b3c4", "serving-replica-2-1a2b3c4"],
    });
  });

  it("lead to the Docker host where it publishes on all its addresses", async () => {
    const { service } = await createService({
      ...{ replicas: 1, publishAddress: "0.0.0.0", grpcPort: 8500 },
      engine: { ...engine, host: "ssh://ada@gpu.example.com:2222" },
    });
    expect(await promiseOf(service.restUrl)).toBe("http://gpu.example.com:8501/v1/models/my_model");
    expect(await promiseOf(service.grpcAddress)).toBe("gpu.example.com:8500");
  });

  it("have no gRPC address where gRPC is not published", async () => {
    expect(await promiseOf((await createService()).service.grpcAddress)).toBe("");
  });
});
