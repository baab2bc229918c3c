import { expect, it } from "vitest";
import { gitPlace } from "../../../components/core/modelSource/dvcGit";
import { repository } from "../../support/stackConfig";

it("a path without a repository is one of the project's own", async () => {
  expect(await gitPlace(undefined, "model/exported")).toEqual({
    repository,
    path: "model/exported",
  });
});
