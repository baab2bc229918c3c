import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  checkServerOptions,
  renderServer,
  ServerOptions,
} from "../../../components/core/tfserving/serverOptions";
import { renderedValues } from "../../support/rendered";
import { readYaml } from "../../support/stackConfig";

it("options and CPUs become a server's flags and files", async () => {
  const servers = readYaml<Record<string, { options?: ServerOptions; cpus?: number }>>(
    "test/unit/tfserving/testdata/servers.yaml",
  );
  const rendered = Object.entries(servers).map(([what, { options, cpus }]) => {
    expect(checkServerOptions(options, "server"), what).toEqual([]);
    return [what, renderServer(options, { cpus })];
  });
  const texts = renderedValues(Object.fromEntries(rendered));
  await expect(texts).toMatchFileSnapshot("snapshots/servers.yaml");
});

describe("a server's flags", () => {
  it("take a field that is undefined as not set", () => {
    expect(renderServer({ maxNumLoadRetries: undefined })).toEqual(renderServer(undefined));
  });

  it("name no file, which the image's entrypoint does", () => {
    const options = { batching: { maxBatchSize: 8 }, models: [{ name: "a" }] };
    const { flags, files } = renderServer(options, { cpus: 1 });
    expect(flags.filter((flag) => /_file=/.test(flag))).toEqual([]);
    expect(Object.keys(files).sort()).toEqual([
      "batching_parameters_file",
      "model_config_file",
      "monitoring_config_file",
    ]);
  });

  it("do not depend on the order in which options are given", () => {
    const options: ServerOptions = {
      restApiTimeoutMs: 5,
      enableCors: true,
      savedModelTags: ["serve"],
      grpcChannelArguments: { b: "1", a: "2" },
      batching: { maxBatchSize: 4, batchTimeoutMicros: 9, allowedBatchSizes: [2, 4] },
      monitoring: { path: "/m" },
      models: [{ name: "a", labels: { y: "1", x: "2" } }],
    };
    const shuffled = (value: unknown): fc.Arbitrary<unknown> => {
      if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return fc.constant(value);
      }
      const entries = Object.entries(value);
      return fc
        .tuple(
          fc.tuple(...entries.map(([, inner]) => shuffled(inner))),
          fc.shuffledSubarray([...entries.keys()], { minLength: entries.length }),
        )
        .map(([inner, order]) =>
          Object.fromEntries(order.map((index) => [entries[index][0], inner[index]])),
        );
    };
    const text = JSON.stringify(renderServer(options, { cpus: 2 }));
    fc.assert(
      fc.property(shuffled(options), (other) => {
        expect(JSON.stringify(renderServer(other as ServerOptions, { cpus: 2 }))).toBe(text);
      }),
    );
  });
});
