import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import { beforeEach, describe, expect, it } from "vitest";
import { NotebookImage, NotebookImageArgs } from "@tf-model-serving/core";
import { notebookTag } from "../../../components/core/image/notebookBuild";
import { engine } from "../../support/fakeEngine";
import { problemsOf, promiseOf, type Recording, settle, startMocks } from "../../support/mocks";
import { temporaryFolder } from "../../support/modelFolder";

const remoteImage = "docker:index/remoteImage:RemoteImage";
const baseImage = "registry.example.com/notebook:1";

let recording: Recording;
let requirementsFile: string;

beforeEach(async () => {
  recording = await startMocks();
  requirementsFile = path.join(temporaryFolder(), "requirements.txt");
  fs.writeFileSync(requirementsFile, "pandas\n");
});

function create(args: NotebookImageArgs = {}): NotebookImage {
  const provider = new docker.Provider("docker", { host: engine.host });
  return new NotebookImage("notebook", args, { provider });
}

describe("a notebook image", () => {
  it("is pulled, then built by a hook: the state has neither index nor requirements", async () => {
    const { imageName } = create({ baseImage, requirementsFile, repository: "reg.test/lab" });
    await settle();
    const name = `reg.test/lab:${notebookTag({ baseImage, requirementsFile })}`;
    const keepLocally = true;
    expect(recording.find(remoteImage, "notebook-base").inputs).toEqual({
      ...{ name: baseImage, keepLocally },
    });
    expect(recording.find(remoteImage, "notebook").inputs).toEqual({ name, keepLocally });
    expect(await promiseOf(imageName)).toBe(name);
  });

  it("is another one with other requirements or another base, not with other line ends", () => {
    const tag = notebookTag({ baseImage, requirementsFile });
    const changed = (text: string) => {
      fs.writeFileSync(requirementsFile, text);
      return notebookTag({ baseImage, requirementsFile });
    };
    expect(changed("pandas\r\n")).toBe(tag);
    const others = [
      ...[changed("pandas==2\n"), notebookTag({ baseImage })],
      notebookTag({ baseImage: "registry.example.com/notebook:2", requirementsFile }),
    ];
    expect(new Set([tag, ...others]).size).toBe(4);
  });

  it.each<[string, NotebookImageArgs, string, RegExp]>([
    ["what is no image", { baseImage: "No Image" }, "baseImage", /No Image/],
    ["a file that is not there", { requirementsFile: "none.txt" }, "requirementsFile", /no file/],
    ["a repository with a tag", { repository: "lab:1" }, "repository", /tag/],
  ])("refuses %s", (_, args, propertyPath, reason) => {
    expect(problemsOf(() => create(args))).toEqual([
      { propertyPath, reason: expect.stringMatching(reason) },
    ]);
  });
});
