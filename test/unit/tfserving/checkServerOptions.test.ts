import { describe, expect, it } from "vitest";

import {
  checkServerOptions,
  ServerOptions,
} from "../../../components/core/tfserving/serverOptions";
import { refusals } from "../../support/refusals";
import { readYaml } from "../../support/stackConfig";

/** Options as they may come from untyped configuration, by what they are. */
const { accepted, ...refused } = readYaml<Record<string, Record<string, unknown>>>(
  "test/unit/tfserving/testdata/serverOptions.yaml",
);

const problemsOf = (options: unknown) => checkServerOptions(options as ServerOptions, "server");

it.each([["none", undefined], ...Object.entries(accepted)])(
  "nothing is said of server options with %s",
  (_, options) => {
    expect(problemsOf(options)).toEqual([]);
  },
);

describe("server options that cannot work are refused, and it is said what to use:", () => {
  it.each<[string, (given: unknown) => unknown]>([
    ["options", (given) => given],
    ["batching", (batching) => ({ batching })],
    ["models", (models) => ({ models })],
    ["extra-arguments", (argument) => ({ extraArgs: [argument] })],
  ])("%s", async (what, optionsOf) => {
    const said = await refusals(refused[what], (given) => problemsOf(optionsOf(given)));
    await expect(said).toMatchFileSnapshot(`snapshots/refused-${what}.txt`);
  });

  it("one flag twice", () => {
    const extraArgs = ["--num_tflite_pools=1", "--num_tflite_pools=2"];
    expect(problemsOf({ extraArgs })).toEqual([
      {
        propertyPath: "server.extraArgs[1]",
        reason: 'is "--num_tflite_pools=2", but --num_tflite_pools is given twice',
      },
    ]);
  });
});
