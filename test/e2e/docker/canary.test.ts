import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containers, docker, inspect } from "../../support/docker";
import { requestsPerServer, statisticsOf } from "../../support/docker";
import { describeLoad, LoadResult, startLoad } from "../../support/load";
import {
  grpcPrediction,
  restPrediction,
  SampleModel,
  sampleModel,
} from "../../support/sampleModel";
import { connect } from "../../support/servingGrpc";
import { configure, createStack, TestStack } from "../../support/stack";
import { until } from "../../support/until";

const port = 18571;
const calls = 600;
// Four standard deviations of a share of 30 % of that many calls.
const spread = 4 * Math.sqrt(calls * 0.3 * 0.7);

describe("a canary", () => {
  let stack: TestStack;
  let model: SampleModel;
  let config: Record<string, unknown>;

  beforeAll(async () => {
    model = sampleModel(100, 200);
    const extra = path.join(model.folder, "my_model/200/assets.extra");
    fs.mkdirSync(extra, { recursive: true });
    fs.writeFileSync(path.join(extra, "note.txt"), "The sample model again.");
    config = {
      ...{ restPort: port, grpcPort: port + 1, notebook: false, replicas: 2, canaryReplicas: 1 },
      ...{ modelFolder: model.folder, modelVersion: "100", canaryVersion: "200" },
    };
    stack = await createStack("canary", { ...config, canaryPercent: 30 });
    await stack.stack.up();
  });
  afterAll(async () => {
    await stack?.remove();
    model?.remove();
  });

  test("gets its share of REST calls", async () => {
    const before = canaryRequests("rest");
    for (let call = 0; call < calls; call++) await status();
    expect(Math.abs(canaryRequests("rest") - before - 0.3 * calls)).toBeLessThan(spread);
  });

  test("gets its share of the calls of one gRPC connection", async () => {
    const before = canaryRequests("grpc");
    const client = connect(`127.0.0.1:${port + 1}`);
    for (let call = 0; call < calls; call++) await client.getModelStatus({ model: "my_model" });
    client.close();
    expect(Math.abs(canaryRequests("grpc") - before - 0.3 * calls)).toBeLessThan(spread);
  });

  test("answers for its version in a URL, and the others for theirs", async () => {
    for (const version of ["100", "200"]) {
      const { model_version_status: found } = await status(`/versions/${version}`);
      expect(found.map((one) => `${one.version} ${one.state}`)).toEqual([`${version} AVAILABLE`]);
    }
  });

  test("is found by its version in labels and in the balancer's metrics", () => {
    const versions = (part: string) =>
      containers(stack.label, part).map((id) => inspect(id).Config.Labels["tfserving.version"]);
    expect(versions("replica")).toEqual(["100", "100"]);
    expect(versions("canary")).toEqual(["200"]);
    expect(metrics()).toMatch(/haproxy_backend_http_requests_total\{proxy="rest_canary_200"\} \d/);
  });

  test("moves from 30 to 100 to 0 % without a restart and without a lost request", async () => {
    const before = containers(stack.label).filter((id) => !isConfig(id));
    const since = new Date().toISOString();
    const [rest, grpc] = await underLoad(async (mark) => {
      for (const [percent, share] of [
        [100, 1],
        [0, 0],
      ]) {
        await configure(stack.stack, { ...config, canaryPercent: percent });
        await stack.stack.up();
        await until("the share is there", async () => (await shareOf(20)) === share, 30_000);
        await mark(`${percent} %`);
      }
    });
    expect(containers(stack.label).filter((id) => !isConfig(id))).toEqual(before);
    expect(rest.failed, describeLoad(rest)).toBe(0);
    expect(grpc.failed, describeLoad(grpc)).toBe(0);
    expect(Object.keys(grpc.phases["100 %"].versions)).toEqual(["200"]);
    expect(Object.keys(grpc.phases["0 %"].versions)).toEqual(["100"]);
    // HAProxy's line for a server that it has to find over DNS first.
    const [balancer] = containers(stack.label, "balancer");
    const said = docker("logs", "--since", since, balancer);
    expect(said).toContain("Proxy rest stopped");
    expect(said).not.toContain("changed its IP from (none)");
  });

  test("becomes what everybody gets without a lost request", async () => {
    const results = await underLoad(async () => {
      await configure(stack.stack, { ...config, modelVersion: "200", canaryVersion: "" });
      await stack.stack.up();
    });
    expect(containers(stack.label, "canary")).toEqual([]);
    results.forEach((result) => expect(result.failed, describeLoad(result)).toBe(0));
  });

  async function status(at = ""): Promise<ModelStatus> {
    const response = await fetch(`http://127.0.0.1:${port}/v1/models/my_model${at}`);
    return (await response.json()) as ModelStatus;
  }

  /** Which part of so many calls the canary answers. */
  async function shareOf(count: number): Promise<number> {
    const versions: string[] = [];
    // One by one: more at a time than a replica takes would be overload.
    while (versions.length < count) {
      versions.push((await status()).model_version_status[0].version);
    }
    return versions.filter((version) => version === "200").length / count;
  }

  function canaryRequests(api: string): number {
    const [balancer] = containers(stack.label, "balancer");
    const requests = requestsPerServer(balancer, `${api}_canary_200`);
    return Object.values(requests).reduce((sum, count) => sum + count, 0);
  }

  function metrics(): string {
    const [balancer] = containers(stack.label, "balancer");
    return statisticsOf(balancer, "/metrics");
  }

  function isConfig(id: string): boolean {
    return inspect(id).Config.Labels["tfserving.part"] === "balancer-config";
  }

  async function underLoad(
    work: (mark: (phase: string) => Promise<void>) => Promise<void>,
  ): Promise<LoadResult[]> {
    const targets = [restPrediction(port), grpcPrediction(port + 1)];
    const loads = targets.map((target) => startLoad({ target, perSecond: 4 }));
    const more = () => Promise.all(loads.map((load) => load.more(20)));
    await more();
    await work(async (phase) => {
      loads.forEach((load) => load.mark(phase));
      await more();
      loads.forEach((load) => load.mark("between"));
    });
    await more();
    return Promise.all(loads.map((load) => load.stop()));
  }
});

interface ModelStatus {
  model_version_status: { version: string; state: string }[];
}
