import { expect, it } from "vitest";

import type { Plain } from "../../providers/host/provider";
import { resourceTypes } from "../../providers/aws/registry";
import { machineTypes } from "./machineTypes";
import { serviceTypes } from "./serviceTypes";
import { storeTypes } from "./storeTypes";
import { type Made, make, provider, type Step, withAwsServer } from "./testProvider";

withAwsServer();

/** Inputs of every type, in an order in which each has what it names. */
async function* everything(): AsyncGenerator<Step, void, Made> {
  const machines = yield* machineTypes();
  const stores = yield* storeTypes(machines);
  yield* serviceTypes(machines, stores);
}

async function change(made: Made, given: Plain): Promise<Made> {
  const { inputs, failures } = provider.check(made.urn, made.inputs, given);
  expect(failures).toEqual([]);
  const state = await provider.update(made.urn, made.id, made.state, made.inputs, inputs);
  return { ...made, inputs, state };
}

it("makes, changes and takes away a resource of every type that it knows", async () => {
  const made: Made[] = [];
  const types = everything();
  let next = await types.next();
  while (!next.done) {
    const [token, inputs, changed] = next.value;
    let one = await make(token, inputs);
    expect(await provider.exists(one.urn, one.id, one.state), token).toBe(true);
    one = changed ? await change(one, changed) : one;
    made.push(one);
    next = await types.next(one);
  }

  for (const { urn, id, state } of made.reverse()) {
    await provider.delete(urn, id, state);
    // These go with what they belong to.
    if (!/TopicPolicy|FileSystemPolicy|BackupPolicy|BucketVersioning|SecretVersion/.test(urn)) {
      expect.soft(await provider.exists(urn, id, state), urn).toBe(false);
    }
  }
  expect(Object.keys(resourceTypes).sort()).toEqual(
    [
      ...new Set(made.map(({ urn }) => urn.split("::")[2])),
      "aws:wafv2/webAclAssociation:WebAclAssociation",
    ].sort(),
  );
});
