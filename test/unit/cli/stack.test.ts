import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pinnedVersion } from "../../../commands/lib/pulumiCli.mjs";
import { createMissingStack } from "../../../commands/lib/stack.mjs";
import { root, type Workspace } from "../../../commands/lib/workspace.mjs";
import { temporaryFolder } from "../../support/modelFolder";

// The stand-in for Pulumi is a shell script.
describe.skipIf(process.platform === "win32")("a stack in a backend that the user chose", () => {
  let home: string;
  let workspace: Workspace;

  beforeEach(() => {
    home = temporaryFolder();
    const folder = temporaryFolder();
    workspace = {
      stack: "acme/k8s",
      project: { name: "tfserving" },
      backend: { url: "s3://states", own: false, because: "PULUMI_BACKEND_URL" },
      configFile: path.join(folder, "Pulumi.k8s.yaml"),
      env: { PATH: process.env.PATH, PULUMI_HOME: home },
      writeConfig: vi.fn(() => Promise.resolve()),
    } as Partial<Workspace> as Workspace;
    vi.spyOn(console, "log").mockImplementation(() => {});
    return () => vi.restoreAllMocks();
  });

  it("is created where Pulumi knows none of its name, its config file first", async () => {
    answer("echo \"error: no stack named 'acme/k8s' found\" >&2; exit 255");

    await createMissingStack(workspace);
    expect(workspace.writeConfig).toHaveBeenCalledOnce();
    expect(calls()).toEqual([
      "stack --show-name --stack acme/k8s",
      expect.stringMatching(/^stack init acme\/k8s --no-select --cwd /),
    ]);
  });

  it.each([
    ["is there", "echo acme/k8s"],
    ["cannot be looked up, which Pulumi says itself", "echo 'error: AccessDenied' >&2; exit 255"],
  ])("stays as it is where it %s", async (_, lookUp) => {
    answer(lookUp);

    await createMissingStack(workspace);
    expect(workspace.writeConfig).not.toHaveBeenCalled();
    expect(calls()).toEqual(["stack --show-name --stack acme/k8s"]);
  });

  function answer(lookUp: string): void {
    const bin = path.join(home, "versions", pinnedVersion(root), "bin");
    fs.mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh\necho "$*" >> "$PULUMI_HOME/calls"\n[ "$2" = init ] && exit\n${lookUp}\n`;
    fs.writeFileSync(path.join(bin, "pulumi"), script, { mode: 0o755 });
  }

  function calls(): string[] {
    return fs.readFileSync(path.join(home, "calls"), "utf8").trim().split("\n");
  }
});
