import * as fs from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DockerNotebook } from "@tf-model-serving/core";
import { notebookUser, saveWarning } from "../../../components/core/docker/notebook/hostFolders";
import { engine } from "../../support/fakeEngine";
import { settle, startMocks } from "../../support/mocks";
import { temporaryFolder } from "../../support/modelFolder";

const platform = process.platform;
const remote = { ...engine, host: "ssh://ada@gpu" };

// Belongs to root on Linux and macOS.
const rootsFolder = "/";

function pretend(name: NodeJS.Platform): void {
  Object.defineProperty(process, "platform", { value: name });
}

beforeEach(() => {
  pretend("linux");
});

afterEach(() => {
  pretend(platform);
});

/** A folder of somebody who is not root, whoever runs the test. */
function ownFolder(): { folder: string; uid: number } {
  const folder = temporaryFolder();
  if (fs.statSync(folder).uid === 0) {
    fs.chownSync(folder, 1234, 1234);
  }
  return { folder, uid: fs.statSync(folder).uid };
}

describe("the notebook's user", () => {
  it("is the owner of the notebooks, so that it can save them", () => {
    const { folder, uid } = ownFolder();
    expect(uid).not.toBe(0);
    expect(notebookUser(folder, { engine })).toBe(`${uid}:100`);
    expect(notebookUser(folder)).toBe(`${uid}:100`);
  });

  it("is never root", () => {
    expect(notebookUser(rootsFolder, { engine })).toBe("1000:100");
  });

  it("is jovyan where the Docker host is another machine", () => {
    expect(notebookUser(ownFolder().folder, { engine: remote })).toBe("1000:100");
  });

  it.each(["darwin", "win32"] as const)("is jovyan on %s, which maps owners itself", (name) => {
    const { folder } = ownFolder();
    pretend(name);
    expect(notebookUser(folder, { engine })).toBe("1000:100");
  });
});

describe("the warning that notebooks cannot be saved", () => {
  it("names the folder and what to do when it belongs to root", () => {
    expect(saveWarning(rootsFolder, { engine })).toBe(
      "/ belongs to root, and the notebook never runs as root: notebooks open but cannot be " +
        "saved. To change that: chown -R 1000:100 /",
    );
  });

  it("is left out for anybody else's folder and for another machine's", () => {
    expect(saveWarning(ownFolder().folder, { engine })).toBeUndefined();
    expect(saveWarning(rootsFolder, { engine: remote })).toBeUndefined();
  });

  it.each([
    [rootsFolder, 1],
    [undefined, 0],
  ])("is shown with the component (folder %s)", async (folder, times) => {
    await startMocks();
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const notebook = new DockerNotebook("notebook", {
      networkName: "n",
      restUrl: "http://s:8501",
      grpcAddress: "s:8500",
      modelName: "m",
      folder: folder ?? ownFolder().folder,
      engine,
    });
    await settle();
    expect(warn.mock.calls).toEqual(
      Array.from({ length: times }, () => [expect.stringContaining("cannot be saved"), notebook]),
    );
  });
});
