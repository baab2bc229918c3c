import { describe, expect, it } from "vitest";

import { checkEcrRepository, type EcrRepositoryArgs } from "@tf-model-serving/aws";
import { isKnown, problemsOf, settle, startMocks } from "../../support/mocks";
import { make, repository } from "./awsComponents";
import { everything, settings } from "./awsSettings";

describe("an ECR repository", () => {
  it.each<[string, EcrRepositoryArgs]>([
    ["repository", {}],
    ["repository-everything", everything<EcrRepositoryArgs>(settings.repository)],
  ])("has the resources and outputs of %s.yaml", async (file, args) => {
    const { text } = await make(repository, args);
    await expect(await text()).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("is deleted with its images only when it is not retained", async () => {
    const forced = async (args: EcrRepositoryArgs) =>
      (await make(repository, args)).find("Repository").inputs.forceDelete;
    expect(await forced({})).toBe(false);
    expect(await forced({ retainOnDestroy: false })).toBe(true);
  });

  it("gives back nothing that is not known yet in a preview", async () => {
    const { component } = await make(repository, {}, { preview: true });
    expect(await isKnown(component.repositoryUrl)).toBe(false);
    expect(await isKnown(component.password)).toBe(false);
  });

  it.each(["Reef", "a", "team//x", "-x", "x_", "a b", "x".repeat(257)])(
    "refuses the name %j",
    (repositoryName) => {
      expect(problemsOf(() => repository({ repositoryName }))).toEqual([
        {
          propertyPath: "repositoryName",
          reason:
            `is "${repositoryName}": use 2 to 256 lower-case letters and digits, with single "-", "_", ` +
            '"." or "/" between them, such as team/tf-serving',
        },
      ]);
    },
  );

  it("refuses everything at once, before there is any resource", async () => {
    const { resources } = await startMocks();
    const found = problemsOf(() => repository({ repositoryName: "", keepReleases: 0 }));
    const paths = found.map(({ propertyPath }) => propertyPath);
    expect(paths).toEqual(["repositoryName", "keepReleases"]);
    await settle();
    expect(resources).toEqual([]);
  });

  it.each(["ab", "team/tf-serving", "a.b_c-d/e1"])("accepts the name %s", (repositoryName) => {
    expect(checkEcrRepository({ repositoryName })).toEqual([]);
  });
});
