import { describe, expect, it } from "vitest";
import { changesFor, releasesOf, withChanges } from "../../../cli/releases";

const project = {
  name: "tfserving",
  config: {
    image: { type: "string", default: "" },
    drainSeconds: { type: "integer", default: 5 },
    cpus: { type: "string", default: "1" },
    server: { type: "object", default: {} },
  },
};
const settings = { drainSeconds: "5", cpus: "1", server: "{}" };
const before = { image: "tf_serving:1", modelVersion: "1", settings };

describe("the way back to a release", () => {
  it("pins its image and changes nothing else where nothing else differs", () => {
    expect(changesFor(project, {}, before)).toEqual([
      { key: "image", from: "", to: "tf_serving:1", isDefault: false },
    ]);
  });

  it("puts back what a stack's file has changed since", () => {
    const file = {
      config: { "tfserving:drainSeconds": 9, "tfserving:server": { enableCors: true } },
    };
    expect(changesFor(project, file, before).slice(1)).toEqual([
      { key: "drainSeconds", from: "9", to: "5", isDefault: true },
      { key: "server", from: '{"enableCors":true}', to: "{}", isDefault: true },
    ]);
  });

  it("sets again what a stack's file has lost since", () => {
    const release = { ...before, settings: { ...settings, cpus: "0.5" } };
    expect(changesFor(project, {}, release).slice(1)).toEqual([
      { key: "cpus", from: "1", to: "0.5", isDefault: false },
    ]);
  });
});

describe("a stack's file that a rollback changes", () => {
  const text = `# the stack of the zoo
config:
  tfserving:replicas: 2 # as many as cages
  tfserving:drainSeconds: 9 # long calls
  tfserving:cpus: '2'
`;
  const pinned = { key: "image", from: "", to: "tf_serving:1", isDefault: false };

  it("keeps comments and order, and the types of values", async () => {
    const changes = [
      pinned,
      { key: "drainSeconds", from: "9", to: "7", isDefault: false },
      { key: "cpus", from: "2", to: "1", isDefault: true },
      { key: "server", from: "{}", to: '{"enableCors":true}', isDefault: false },
    ];
    expect(await withChanges(text, project, changes)).toBe(`# the stack of the zoo
config:
  tfserving:replicas: 2 # as many as cages
  tfserving:drainSeconds: 7 # long calls
  tfserving:image: tf_serving:1
  tfserving:server:
    enableCors: true
`);
  });

  it.each(["", "config: {}\n"])("may have no settings: %j", async (empty) => {
    expect(await withChanges(empty, project, [pinned])).toBe(
      "config:\n  tfserving:image: tf_serving:1\n",
    );
  });
});

describe("the releases on record", () => {
  it("are outputs of the stack", () => {
    const stack = {
      urn: "urn:pulumi:dev::tfserving::pulumi:pulumi:Stack::tfserving-dev",
      type: "pulumi:pulumi:Stack",
      outputs: { release: before, previousRelease: null },
    };
    expect(releasesOf({ resources: [stack] })).toEqual({ release: before, previousRelease: null });
  });

  it("are none in an empty stack", () => {
    expect(releasesOf({})).toEqual({ release: undefined, previousRelease: undefined });
  });
});
