import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { PulumiStack } from "../../../cli/automation/pulumiStack";
import { createMissingStack } from "../../../cli/setup/prepare";
import { pinnedVersion } from "../../../cli/setup/pulumiHome";
import type { Workspace } from "../../../cli/setup/workspace";
import { temporaryFolder } from "../../support/modelFolder";

// The stand-in for Pulumi is a shell script.
describe.skipIf(process.platform === "win32")("a stack in a backend that the user chose", () => {
  let home: string;
  let workspace: Workspace;

  beforeEach(() => {
    home = temporaryFolder();
    const address = {
      ...{ stack: "acme/k8s", name: "k8s", project: { name: "tfserving" } },
      backend: { url: "s3://states", own: false, because: "PULUMI_BACKEND_URL" },
      env: { PATH: process.env.PATH, PULUMI_HOME: home },
      configFile: path.join(temporaryFolder(), "Pulumi.k8s.yaml"),
      plugins: () => [{ name: "docker", version: "5.2.0" }],
    };
    workspace = {
      pulumi: new PulumiStack(address),
      writeConfig: vi.fn(() => Promise.resolve()),
    } as Partial<Workspace> as Workspace;
    vi.spyOn(console, "error").mockImplementation(() => {});
  });

  it("is created where Pulumi knows none of its name, its config file first", async () => {
    answer("echo \"error: no stack named 'acme/k8s' found\" >&2; exit 255");

    await createMissingStack(workspace);
    expect(workspace.writeConfig).toHaveBeenCalledOnce();
    expect(calls().at(-1)).toMatch(/^stack init acme\/k8s /);
  });

  it.each([
    ["is there", "echo '{}'"],
    ["cannot be looked up, which Pulumi says itself", "echo 'error: AccessDenied' >&2; exit 255"],
  ])("stays as it is where it %s", async (_, lookUp) => {
    answer(lookUp);

    await createMissingStack(workspace);
    expect(workspace.writeConfig).not.toHaveBeenCalled();
    expect(calls().filter((call) => /init|select/.test(call))).toEqual([]);
  });

  it.each([
    [
      "keeps Pulumi from fetching plugins where all are there",
      ["docker-v5.2.0", "aws-v7.0.0"],
      "true",
    ],
    ["lets it fetch one that the settings ask for", ["aws-v7.0.0"], "no"],
    ["lets it fetch one that only what is on record needs", ["docker-v5.2.0", "aws-v7.48.0"], "no"],
  ])("%s", async (_, installed, kept) => {
    const provider = { type: "pulumi:providers:aws", inputs: { version: "7.0.0" } };
    answer(`case "$1" in
      stack) echo '${JSON.stringify({ version: 3, deployment: { resources: [provider] } })}' ;;
      preview) echo "kept: \${PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION:-no}" >> "$PULUMI_HOME/calls" ;;
    esac`);
    installed.forEach((plugin) =>
      fs.mkdirSync(path.join(home, "plugins", `resource-${plugin}`), { recursive: true }),
    );

    await workspace.pulumi.preview({ diff: false });
    expect(calls()).toContain(`kept: ${kept}`);
  });

  function answer(lookUp: string): void {
    const bin = path.join(home, "versions", pinnedVersion(), "bin");
    fs.mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh
echo "$*" >> "$PULUMI_HOME/calls"
[ "$1" = version ] && echo v${pinnedVersion()} && exit
[ "$2" = init ] && exit
${lookUp}
`;
    fs.writeFileSync(path.join(bin, "pulumi"), script, { mode: 0o755 });
  }

  function calls(): string[] {
    return fs.readFileSync(path.join(home, "calls"), "utf8").trim().split("\n");
  }
});
