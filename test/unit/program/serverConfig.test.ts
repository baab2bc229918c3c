import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { declaredWith, everyTarget } from "../../support/everyTarget";
import { project } from "../../support/mocks";

beforeEach(() => {
  vi.spyOn(pulumi.log, "info").mockResolvedValue();
});

/** What the program declares with models as they stand in the configuration, as JSON text. */
async function declared(target: string, models: string) {
  const setAll = pulumi.runtime.setAllConfig;
  // As Pulumi hands it over: numbers of any length.
  vi.spyOn(pulumi.runtime, "setAllConfig").mockImplementation((values, secrets) =>
    setAll({ ...values, [`${project}:server`]: `{"models":${models}}` }, secrets),
  );
  return declaredWith({
    ...everyTarget[target],
    ...{ modelFolder: "two/models", modelVersion: "", canaryVersion: "", canaryPercent: 0 },
  });
}

const versionsIn = (resources: Awaited<ReturnType<typeof declared>>) =>
  resources
    .map(({ inputs }) => inputs.build as { buildArgs?: Record<string, string> } | undefined)
    .map((build) => build?.buildArgs?.VERSION_PATH)
    .filter((place) => place !== undefined);

describe.each(Object.keys(everyTarget))("versions as numbers on target %s", (target) => {
  it("are those versions", async () => {
    const models =
      '[{"name":"my_model","versionPolicy":"specific","versions":[3,12],"labels":{"stable":3}}]';
    expect(versionsIn(await declared(target, models))).toEqual(["my_model/3", "my_model/12"]);
  });

  it("are refused once they are rounded, and never taken for a neighbour", async () => {
    const models =
      '[{"name":"my_model","versionPolicy":"specific","versions":[1795350300123456789],' +
      '"labels":{"stable":9007199254740993}}]';
    await expect(declared(target, models)).rejects.toThrow(
      /server\.models\[0\]\.versions\[0\]: is 1795350300123456800, a number that was rounded, as any above 2\^53: write the version as text, in quotes in the YAML file or with `pulumi config set --path --type string`\n {2}server\.models\[0\]\.labels\.stable: is 9007199254740992, a number that was rounded/,
    );
  });
});

it.each([
  ['"my_model"', "server.models: lists no model: use at least one"],
  ["[7]", "server.models[0]: is 7: use an object"],
])("models that are %s are refused, not read", async (models, reason) => {
  await expect(declared("docker", models)).rejects.toThrow(reason);
});
