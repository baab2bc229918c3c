import { expect, it } from "vitest";
import { movedSince, type Plan } from "../../../../cli/preview/movedPlan";

const urn = (name: string) =>
  `urn:pulumi:dev::tfserving::tfserving:index:DockerModelService$docker:index/container:Container::${name}`;
const type = "docker:index/container:Container";
const plan = (name: string, steps: string[], updates: Record<string, unknown> = {}): Plan => ({
  resourcePlans: { [urn(name)]: { steps, goal: { type, inputDiff: { updates } } } },
});
const replaced = ["create-replacement", "replace", "delete-replaced"];

it("the same plan again has not moved, whatever order it is written in", () => {
  const saved = plan("replica-1", replaced, { env: { a: 1, b: 2 }, memory: 1 });
  const now = plan("replica-1", ["replace", "create-replacement"], {
    memory: 1,
    env: { b: 2, a: 1 },
  });
  expect(movedSince(saved, now)).toEqual([]);
});

it("a name that Pulumi makes up in each preview has not moved", () => {
  const named = (name: string) => plan("replica-1", ["create"], { name, __defaults: ["name"] });
  expect(movedSince(named("a-1"), named("a-2"))).toEqual([]);
});

it("an encrypted value has not moved for being encrypted again", () => {
  const secret = (ciphertext: string) =>
    plan("a", ["update"], { env: { "4dabf181": "1b47", ciphertext } });
  expect(movedSince(secret("v1:x"), secret("v1:y"))).toEqual([]);
});

it.each([
  [
    "what was to be replaced is gone",
    replaced,
    ["create"],
    "has it replaced; now it would be created",
  ],
  [
    "what was to stay has changed",
    ["same"],
    ["update"],
    "has it left alone; now it would be updated",
  ],
  [
    "what was to change is done",
    ["update"],
    ["same"],
    "has it updated; now it would be left alone",
  ],
])("%s", (_, before, now, said) => {
  expect(movedSince(plan("replica-2", before), plan("replica-2", now))).toEqual([
    `Container replica-2: the plan ${said}`,
  ]);
});

it("a resource that came in between is named", () => {
  const [line] = movedSince({ resourcePlans: {} }, plan("replica-3", ["create"]));
  expect(line).toBe("Container replica-3: the plan has it left alone; now it would be created");
});

it("another value for the same argument is named", () => {
  const of = (memory: number) => plan("replica-1", replaced, { memory });
  expect(movedSince(of(1024), of(2048))).toEqual([
    "Container replica-1: memory would be changed to something else than the plan says",
  ]);
});
