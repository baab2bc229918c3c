import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  explicitSetting,
  readMapping,
  renderConfigFile,
  settingOf,
} from "../../../cli/setup/stackConfig";

const project = {
  name: "tfserving",
  config: {
    replicas: { type: "integer", default: 4 },
    "tfserving:baseImage": { default: "tensorflow/serving:2.19.1" },
    plain: "value",
  },
};
const file = "Pulumi.dev.yaml";

async function rendered(
  stackFile: Record<string, unknown>,
  standIns: Record<string, string> = {},
  previous: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  return parse(renderConfigFile({ project, file, stackFile, standIns, previous }));
}

describe("a setting", () => {
  it("is what the stack's file says", () => {
    expect(settingOf(project, { config: { "tfserving:replicas": 2 } }, "replicas")).toBe(2);
  });

  it("may be an object, of which a part is encrypted", () => {
    const tls = { certificate: "tls.pem", privateKey: { secure: "v1:..." } };
    expect(settingOf(project, { config: { "tfserving:tls": tls } }, "tls")).toEqual(tls);
  });

  it("is the default of Pulumi.yaml otherwise", () => {
    const all = ["replicas", "baseImage", "plain", "unknown"];
    expect(all.map((key) => settingOf(project, {}, key))).toEqual([
      ...[4, "tensorflow/serving:2.19.1", "value", undefined],
    ]);
  });

  it("is unknown where it is encrypted", () => {
    const stackFile = { config: { "tfserving:replicas": { secure: "v1:..." } } };

    expect(settingOf(project, stackFile, "replicas")).toBeUndefined();
  });

  it("is explicit only in the stack's file", () => {
    expect(explicitSetting(project, { config: { "tfserving:replicas": 2 } }, "replicas")).toBe(2);
    expect(explicitSetting(project, { config: null }, "replicas")).toBeUndefined();
  });
});

describe("the config file for Pulumi", () => {
  it("is the stack's own with the stand-ins", async () => {
    expect(
      await rendered({ config: { "tfserving:replicas": 2 } }, { baseImage: "local/serving:1" }),
    ).toEqual({ config: { "tfserving:replicas": 2, "tfserving:baseImage": "local/serving:1" } });
  });

  it("keeps an image that the stack's own file names", async () => {
    const own = { config: { "tfserving:baseImage": "company/serving:3" } };

    expect(await rendered(own, { baseImage: "local/serving:1" })).toEqual(own);
  });

  it("keeps the salt of the last one", async () => {
    const previous = { encryptionsalt: "v1:last", config: { "tfserving:replicas": 9 } };

    expect(await rendered({}, {}, previous)).toEqual({ config: {}, encryptionsalt: "v1:last" });
  });

  it.each([
    { encryptionsalt: "v1:own" },
    { secretsprovider: "awskms://alias/key", encryptedkey: "abc" },
  ])("has the stack's own secrets provider before the last salt: %j", async (own) => {
    expect(await rendered(own, {}, { encryptionsalt: "v1:last" })).toEqual({ ...own, config: {} });
  });

  it("keeps secrets, lists and texts that look like numbers", async () => {
    const own = {
      environment: ["team"],
      config: {
        "tfserving:registryPassword": { secure: "v1:abc" },
        "tfserving:cpus": "0.50",
        "tfserving:server": { batching: { maxBatchSize: 32 } },
      },
    };

    expect(await rendered(own)).toEqual(own);
  });

  it("says in its first line where to edit", async () => {
    const text = renderConfigFile({ project, file, stackFile: {}, standIns: {}, previous: {} });
    expect(text.split("\n")[0]).toMatch(/^# .*Pulumi\.dev\.yaml.* edit/);
  });
});

describe("reading a YAML mapping", () => {
  it("takes an empty file for an empty mapping", async () => {
    expect(readMapping("# nothing\n", file)).toEqual({});
  });

  it.each(["a: [1", "- a\n- b", "text"])("refuses %j and names the file", (text) => {
    expect(() => readMapping(text, file)).toThrow(file);
  });
});
