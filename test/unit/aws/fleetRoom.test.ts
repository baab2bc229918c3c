import { describe, expect, it } from "vitest";

import {
  checkFleetRoom,
  type Fleet,
  type FleetLoad,
  fleetRoomWarnings,
} from "@tf-model-serving/aws";
import { instancesNeeded } from "../../../components/aws/cluster/fleetRoom";
import { instanceTypes } from "../../support/instanceTypes";
import { refusals } from "../../support/refusals";

const small = { cpus: 1, memoryMb: 2048, gpus: 0 };
const withGpu = { ...small, gpus: 1 };
const notebook = { memoryMb: 2048, gpus: 0 };
const large = { memoryMb: 4096, gpus: 0 };
const tooLarge = { memoryMb: 8192, gpus: 0 };
const fleet = { instanceType: "c7i.xlarge", furtherInstanceTypes: [], maxInstances: 4 };

describe("the instances that a load needs", () => {
  // A c7i.xlarge has 4 vCPUs, about 7321 MiB for tasks, and 3 network interfaces for them.
  it.each<[string, FleetLoad, number]>([
    ["replicas up to the network interfaces", { replica: small, replicas: 3 }, 1],
    ["one replica more than that", { replica: small, replicas: 4 }, 2],
    ["a notebook beside them", { replica: small, replicas: 2, notebook }, 1],
    ["a notebook in a replica's place", { replica: small, replicas: 3, notebook }, 2],
    ["a notebook that leaves room for one", { replica: small, replicas: 2, notebook: large }, 2],
    ["a replica that does not fit", { replica: { ...small, cpus: 8 }, replicas: 1 }, Infinity],
    ["a notebook that does not", { replica: small, replicas: 1, notebook: tooLarge }, Infinity],
  ])("without GPUs, for %s", (_, load, count) => {
    expect(instancesNeeded(instanceTypes["c7i.xlarge"], load)).toBe(count);
  });

  it.each<[string, FleetLoad, number]>([
    ["without a GPU", { replica: withGpu, replicas: 2, notebook }, 2],
    ["with one", { replica: withGpu, replicas: 2, notebook: { ...notebook, gpus: 1 } }, 3],
  ])("with a GPU each, for replicas and a notebook %s", (_, load, count) => {
    expect(instancesNeeded(instanceTypes["g5.xlarge"], load)).toBe(count);
  });
});

describe("a fleet", () => {
  const check = (load: FleetLoad, changed: Partial<Fleet> = {}) =>
    checkFleetRoom({ ...fleet, ...changed }, load, instanceTypes);
  const warnings = (load: FleetLoad, startsFirst = true) =>
    fleetRoomWarnings(fleet, load, startsFirst, instanceTypes[fleet.instanceType]);
  const full = { replica: small, replicas: 12 };
  const overfull = { replica: small, replicas: 13, notebook };

  it("has room for what fits", () => {
    expect(check({ replica: small, replicas: 8, notebook })).toEqual([]);
    expect(warnings({ replica: small, replicas: 2, notebook })).toEqual([]);
    expect(warnings({ ...full, replicas: 11 })).toEqual([]);
  });

  it("is refused, or warned of, in words that say what to change", async () => {
    const refused: Record<string, FleetLoad> = {
      "more replicas than fit": overfull,
      "a notebook with more memory than there is": { ...full, replicas: 2, notebook: tooLarge },
      "a notebook with a GPU": { ...full, replicas: 2, notebook: { ...notebook, gpus: 1 } },
    };
    const warned: Record<string, FleetLoad> = {
      "a notebook that takes an instance more": { ...full, replicas: 2, notebook: large },
      "a release without room": full,
    };
    const texts = [
      await refusals(refused, (load) => check(load)),
      await refusals(warned, (load) => warnings(load)),
    ];
    await expect(texts.join("\n")).toMatchFileSnapshot("snapshots/full-fleets.txt");
  });

  it("is judged by its roomiest type", () => {
    expect(check(overfull, { furtherInstanceTypes: ["c7i.4xlarge"] })).toEqual([]);
  });

  it("leaves a replica that is too large to the check of the type", () => {
    expect(check({ ...full, replica: { ...small, memoryMb: 9000 }, notebook })).toEqual([]);
  });

  it("is not judged where AWS did not say what a type has", () => {
    expect(check(overfull, { furtherInstanceTypes: ["c99.xlarge"] })).toEqual([]);
    expect(fleetRoomWarnings(fleet, full, true)).toEqual([]);
  });

  it("needs no room for a release in place", () => {
    expect(warnings(full, false)).toEqual([]);
  });
});
