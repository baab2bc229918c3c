import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { balancerSaid, containers, inspect } from "../support/docker";
import { describeLoad, startLoad } from "../support/load";
import { lostCalls } from "../support/overload";
import {
  grpcPrediction,
  restPrediction,
  type SampleModel,
  sampleModel,
} from "../support/sampleModel";
import { createStack, type TestStack } from "../support/stack";

const port = 18631;

describe.each(["surge", "inPlace"])("a %s release while callers ask for too much", (strategy) => {
  let stack: TestStack;
  let model: SampleModel;
  let perSecond: number;

  beforeAll(async () => {
    model = sampleModel(100);
    stack = await createStack(`overloaded-${strategy.toLowerCase()}`, {
      ...{ restPort: String(port), grpcPort: String(port + 1), notebook: "false" },
      ...{ modelFolder: model.folder, replicas: "2", strategy },
      // The service is to have too much to do, not the machine that also sends the requests.
      cpus: "0.25",
    });
    await stack.stack.up();
    perSecond = await capacity();
  });
  afterAll(async () => {
    await stack?.remove();
    model?.remove();
  });

  test("loses no call that is accepted, and ends with the new version alone", async () => {
    const before = containers(stack.label, "replica");
    const loads = [
      startLoad({ target: grpcPrediction(port + 1), perSecond: 3 * perSecond, connections: 2 }),
      startLoad({ target: restPrediction(port), perSecond: perSecond / 2 }),
    ];
    const tenSeconds = () => loads[0].more(30 * perSecond);
    await tenSeconds();
    model.add(200);
    await stack.stack.up();
    loads.forEach((load) => load.mark("after"));
    await tenSeconds();
    const results = await Promise.all(loads.map((load) => load.stop()));

    for (const result of results) {
      const said = `${describeLoad(result)}\n${balancerSaid(stack.label)}`;
      expect(result.failed, said).toBeGreaterThan(0);
      expect(lostCalls(result), said).toEqual([]);
    }
    expect(Object.keys(results[0].phases.after.versions)).toEqual(["200"]);
    const replicas = containers(stack.label, "replica");
    expect(replicas.filter((id) => before.includes(id))).toEqual([]);
    expect(replicas.map((id) => inspect(id).RestartCount)).toEqual([0, 0]);
  });

  /** What callers that wait for their answers get in a second. */
  async function capacity(): Promise<number> {
    const load = startLoad({ target: grpcPrediction(port + 1), concurrency: 4 });
    await load.more(60);
    return (await load.stop()).perSecond;
  }
});
