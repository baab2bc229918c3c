import { describe, expect, it } from "vitest";

import { checkFleetRoom, type Fleet, type FleetLoad, fleetRoomWarnings } from "../../../components";
import { instancesNeeded } from "../../../components/aws/cluster/fleetRoom";
import { instanceTypes } from "../../support/instanceTypes";

const small = { cpus: 1, memoryMb: 2048, gpus: 0 };
const notebook = { memoryMb: 2048, gpus: 0 };
const fleet = { instanceType: "c7i.xlarge", furtherInstanceTypes: [], maxInstances: 4 };

describe("the instances that a load needs", () => {
  // A c7i.xlarge has 4 vCPUs, about 7321 MiB for tasks, and 3 network interfaces for them.
  it.each<[string, string, FleetLoad, number]>([
    ["replicas up to the network interfaces", "c7i.xlarge", { replica: small, replicas: 3 }, 1],
    ["one replica more than that", "c7i.xlarge", { replica: small, replicas: 4 }, 2],
    ["a notebook beside them", "c7i.xlarge", { replica: small, replicas: 2, notebook }, 1],
    ["a notebook in a replica's place", "c7i.xlarge", { replica: small, replicas: 3, notebook }, 2],
    [
      "a notebook that leaves room for one",
      "c7i.xlarge",
      { replica: small, replicas: 2, notebook: { memoryMb: 4096, gpus: 0 } },
      2,
    ],
    [
      "a notebook with the only GPU",
      "g5.xlarge",
      { replica: { ...small, gpus: 1 }, replicas: 2, notebook: { memoryMb: 2048, gpus: 1 } },
      3,
    ],
    [
      "a notebook beside GPU replicas, without a GPU",
      "g5.xlarge",
      { replica: { ...small, gpus: 1 }, replicas: 2, notebook },
      2,
    ],
    [
      "a replica that does not fit",
      "c7i.xlarge",
      { replica: { ...small, cpus: 8 }, replicas: 1 },
      Infinity,
    ],
    [
      "a notebook that does not fit",
      "c7i.xlarge",
      { replica: small, replicas: 1, notebook: { memoryMb: 8192, gpus: 0 } },
      Infinity,
    ],
  ])("for %s", (_, type, load, count) => {
    expect(instancesNeeded(instanceTypes[type], load)).toBe(count);
  });
});

describe("a fleet", () => {
  const check = (load: FleetLoad, changed: Partial<Fleet> = {}) =>
    checkFleetRoom({ ...fleet, ...changed }, load, instanceTypes);
  const warnings = (load: FleetLoad, startsFirst: boolean) =>
    fleetRoomWarnings(fleet, load, startsFirst, instanceTypes[fleet.instanceType]);

  it("has room for what fits", () => {
    const load = { replica: small, replicas: 8, notebook };
    expect(check(load)).toEqual([]);
    expect(warnings({ replica: small, replicas: 2, notebook }, true)).toEqual([]);
  });

  it("is refused where even its roomiest type has no room for all replicas", () => {
    const load = { replica: small, replicas: 13, notebook };
    expect(check(load)).toEqual([
      {
        propertyPath: "maxInstances",
        reason:
          "is 4, and 13 replicas and the notebook need 5 instances of c7i.xlarge: use that or more, a " +
          "larger type, or fewer replicas",
      },
    ]);
    expect(check(load, { furtherInstanceTypes: ["c7i.4xlarge"] })).toEqual([]);
  });

  it.each([
    [
      { memoryMb: 8192, gpus: 0 },
      "notebook.memoryMb",
      "is 8192, and of an instance's memory about 7321 MiB are left for tasks (c7i.xlarge): use less, " +
        "or a larger type",
    ],
    [
      { memoryMb: 2048, gpus: 1 },
      "notebook.gpus",
      "is 1, and c7i.xlarge has 0: use no more, or another type",
    ],
  ])("is refused for a notebook with %j", (large, propertyPath, reason) => {
    const load = { replica: small, replicas: 2, notebook: large };
    expect(check(load)).toEqual([{ propertyPath, reason }]);
  });

  it("leaves a replica that is too large to the check of the type", () => {
    const load = { replica: { ...small, memoryMb: 9000 }, replicas: 2, notebook };
    expect(check(load)).toEqual([]);
  });

  it("is not judged where AWS did not say what a type has", () => {
    const load = { replica: small, replicas: 13, notebook };
    expect(check(load, { furtherInstanceTypes: ["c99.xlarge"] })).toEqual([]);
    expect(fleetRoomWarnings(fleet, { replica: small, replicas: 12 }, true)).toEqual([]);
  });

  it("says that a notebook takes an instance more", () => {
    const load = { replica: small, replicas: 2, notebook: { memoryMb: 4096, gpus: 0 } };
    expect(warnings(load, true)).toEqual([
      "The notebook (4096 MiB, 0 GPUs) does not fit beside the replicas: with all 2 of them 2 instances of " +
        "c7i.xlarge run, and 1 without it. Give it less memory, use a larger type, or run it only when it is " +
        "needed.",
    ]);
  });

  it("says that a release has no room, where it needs some", () => {
    const load = { replica: small, replicas: 12 };
    expect(warnings(load, true)).toEqual([
      expect.stringMatching(
        /4 instances of c7i.xlarge \(maxInstances\) have no room beside 12 replicas/,
      ),
    ]);
    expect(warnings(load, false)).toEqual([]);
    expect(warnings({ ...load, replicas: 11 }, true)).toEqual([]);
  });
});
