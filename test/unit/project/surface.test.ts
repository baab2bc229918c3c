// What the packages' schemas promise is kept until a release that may break it.
import * as fs from "node:fs";
import * as path from "node:path";
import getReleasePlan from "@changesets/get-release-plan";
import { describe, expect, it } from "vitest";
import { packages } from "../../../components/build";
import {
  brokenPromises,
  mayBreak,
  type Schema,
  type Surface,
  surfaceOf,
} from "../../../components/surface";
import { repository } from "../../support/stackConfig";

const read = (file: string) =>
  JSON.parse(fs.readFileSync(path.join(repository, "components", file), "utf8"));

describe("what the last release promised", () => {
  it.each(packages)("is kept by %s, or its changesets say that it is broken", async (name) => {
    const released: Surface = read(`released/${name}.json`);
    const { name: npmName, version } = read(`${name}/package.json`);
    const { releases } = await getReleasePlan(repository);
    const next = releases.find((release) => release.name === npmName)?.newVersion ?? version;

    const broken = brokenPromises(released, surfaceOf(read(`${name}/schema.json`)));

    const way =
      'take the change back, or choose a major version (before 1.0: minor) by "npx changeset"';
    const help = `${npmName} ${released.version} promised it: ${way}`;
    expect(mayBreak(released.version, next) ? [] : broken, help).toEqual([]);
  });

  // A release writes it: `npm run version-packages`.
  it.each(packages)("is written down for %s's version", (name) => {
    expect(read(`released/${name}.json`).version).toBe(read(`${name}/schema.json`).version);
  });
});

/** A package like ours, with one of each kind of thing. */
const schema = (): Schema => ({
  version: "1.0.0",
  resources: {
    "tfserving:index:Service": {
      inputProperties: {
        image: { type: "string" },
        replicas: { type: "number", plain: true },
        mode: { $ref: "#/types/tfserving:index:Mode", plain: true },
        models: {
          type: "array",
          items: { $ref: "#/types/tfserving:index:Model", plain: true },
          plain: true,
        },
      },
      requiredInputs: ["image"],
      properties: { restUrl: { type: "string" }, card: { $ref: "#/types/tfserving:index:Card" } },
      required: ["restUrl"],
    },
    "tfserving:index:Notebook": { properties: { url: { type: "string" } }, required: ["url"] },
  },
  types: {
    "tfserving:index:Mode": { enum: [{ value: "surge" }, { value: "inPlace" }] },
    "tfserving:index:Model": {
      properties: {
        name: { type: "string", plain: true },
        labels: { type: "object", additionalProperties: { type: "string" } },
      },
      required: ["name"],
    },
    "tfserving:index:Card": {
      properties: { commit: { type: "string" } },
      required: ["commit"],
    },
  },
});

const service = ({ resources }: Schema) => resources["tfserving:index:Service"];
const type = ({ types }: Schema, name: string) => types![`tfserving:index:${name}`];
const renamed = <T>(all: Record<string, T>, from: string, to: string) => {
  all[to] = all[from];
  delete all[from];
};

function brokenBy(edit: (changed: Schema) => void): string[] {
  const changed = schema();
  edit(changed);
  return brokenPromises(surfaceOf(schema()), surfaceOf(changed));
}

it.each<[string, (changed: Schema) => void, string[]]>([
  [
    "a component is removed",
    ({ resources }) => delete resources["tfserving:index:Notebook"],
    ["Notebook is removed"],
  ],
  [
    "a component moves to another package",
    ({ resources }) => renamed(resources, "tfserving:index:Notebook", "other:index:Notebook"),
    ["Notebook was tfserving:index:Notebook and is other:index:Notebook"],
  ],
  [
    "an input is removed",
    (changed) => delete service(changed).inputProperties!.replicas,
    ["Service.inputs.replicas is removed"],
  ],
  [
    "an input is renamed",
    (changed) => renamed(service(changed).inputProperties!, "replicas", "copies"),
    ["Service.inputs.replicas is removed"],
  ],
  [
    "an input with parts is removed",
    (changed) => delete service(changed).inputProperties!.models,
    ["Service.inputs.models is removed"],
  ],
  [
    "an input has another type",
    (changed) => (service(changed).inputProperties!.replicas.type = "string"),
    ["Service.inputs.replicas was plain number and is plain string"],
  ],
  [
    "an input takes no outputs any more",
    (changed) => (service(changed).inputProperties!.image.plain = true),
    ["Service.inputs.image was string and is plain string"],
  ],
  [
    "an optional input becomes required",
    (changed) => service(changed).requiredInputs!.push("replicas"),
    ["Service.inputs.replicas was optional and is required"],
  ],
  [
    "a new input is required",
    (changed) => {
      service(changed).inputProperties!.owner = { type: "string" };
      service(changed).requiredInputs!.push("owner");
    },
    ["Service.inputs.owner is new and required"],
  ],
  [
    "an output is removed",
    (changed) => delete service(changed).properties!.restUrl,
    ["Service.outputs.restUrl is removed"],
  ],
  [
    "an output may be absent",
    (changed) => (service(changed).required = []),
    ["Service.outputs.restUrl was always there and may be absent"],
  ],
  [
    "a property of an argument in a list is removed",
    (changed) => delete type(changed, "Model").properties!.labels,
    ["Service.inputs.models[].labels is removed"],
  ],
  [
    "a property of an argument in a list has another type",
    (changed) =>
      (type(changed, "Model").properties!.labels.additionalProperties = { type: "number" }),
    ["Service.inputs.models[].labels was object of string and is object of number"],
  ],
  [
    "a new property of an argument in a list is required",
    (changed) => {
      type(changed, "Model").properties!.path = { type: "string" };
      type(changed, "Model").required!.push("path");
    },
    ["Service.inputs.models[].path is new and required"],
  ],
  [
    "a property of an output may be absent",
    (changed) => (type(changed, "Card").required = []),
    ["Service.outputs.card.commit was always there and may be absent"],
  ],
  [
    "a value of an enum is removed",
    (changed) => type(changed, "Mode").enum!.pop(),
    ["Service.inputs.mode=inPlace is removed"],
  ],
])("a release is broken where %s", (_, edit, broken) => {
  expect(brokenBy(edit)).toEqual(broken);
});

it.each<[string, (changed: Schema) => void]>([
  ["nothing changes", () => {}],
  [
    "a component is new",
    ({ resources }) => (resources["tfserving:index:Gate"] = resources["tfserving:index:Service"]),
  ],
  [
    "an optional input is new, with a required part",
    (changed) => {
      changed.types!["tfserving:index:Gate"] = {
        properties: { atLeast: { type: "number" } },
        required: ["atLeast"],
      };
      service(changed).inputProperties!.gate = { $ref: "#/types/tfserving:index:Gate" };
    },
  ],
  ["a required input becomes optional", (changed) => (service(changed).requiredInputs = [])],
  [
    "an input takes outputs too",
    (changed) => delete service(changed).inputProperties!.replicas.plain,
  ],
  ["an output is always there", (changed) => service(changed).required!.push("card")],
  ["a value of an enum is new", (changed) => type(changed, "Mode").enum!.push({ value: "blue" })],
])("a release is kept where %s", (_, edit) => {
  expect(brokenBy(edit)).toEqual([]);
});

it.each([
  ["0.1.0", "0.1.1", false],
  ["0.1.0", "0.2.0", true],
  ["0.9.3", "1.0.0", true],
  ["1.2.0", "1.3.0", false],
  ["1.2.0", "2.0.0", true],
  ["1.2.0", "10.0.0", true],
])("with %s released, %s may break it: %s", (released, next, may) => {
  expect(mayBreak(released, next)).toBe(may);
});
