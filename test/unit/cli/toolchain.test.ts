import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { hasAirgap } from "../../../cli/setup/airgap";
import { prepareToolchain } from "../../../cli/setup/toolchain";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

/** Writes down what it is asked for, and makes it. */
const script = `echo "$*" >> "$PULUMI_HOME/asked"
bin=$PULUMI_HOME/versions/1.0.0/bin
for program; do
  case $program in
    cli) mkdir -p "$bin" && install -m 755 /dev/null "$bin/pulumi" ;;
    kubernetes-provider) mkdir -p "$PULUMI_HOME/plugins/resource-kubernetes-v2.0.0" ;;
    *) mkdir -p "$PULUMI_HOME/plugins/resource-$program-v2.0.0" ;;
  esac
done
`;
const base = "cli language-nodejs docker random";

describe.runIf(hasAirgap())("the toolchain where no download site can be reached", () => {
  let root: string;
  let env: { PULUMI_HOME: string; PATH?: string };
  let said: string;

  beforeEach(() => {
    root = temporaryFolder();
    env = { PATH: process.env.PATH, PULUMI_HOME: temporaryFolder() };
    const plugins = ["aws", "docker", "kubernetes", "random", "tls"];
    writeFiles(root, {
      "package.json": JSON.stringify({
        dependencies: Object.fromEntries(plugins.map((name) => [`@pulumi/${name}`, "2.0.0"])),
      }),
      "node_modules/pulumi/package.json": JSON.stringify({ version: "1.0.0" }),
      ...Object.fromEntries(
        plugins.map((name) => [
          `node_modules/@pulumi/${name}/package.json`,
          JSON.stringify({ pulumi: { resource: true, name, version: "2.0.0" } }),
        ]),
      ),
      "airgap/toolchain/build": script,
    });
    said = "";
    vi.spyOn(console, "error").mockImplementation((line: string) => void (said += `${line}\n`));
    vi.stubGlobal("fetch", () => Promise.reject(new Error("blocked")));
  });

  it.each([
    [{ target: "docker" }, base, "about 8 minutes"],
    [{ target: "docker", selfSigned: true }, `${base} tls`, "about 9 minutes"],
    [{ target: "kubernetes" }, `${base} kubernetes-provider`, "about 13 minutes"],
    [undefined, base, "about 8 minutes"],
  ])("is built for %j", async (needs, programs, time) => {
    await prepareToolchain(env, needs, root);

    expect(asked()).toEqual([programs]);
    expect(said).toContain(time);
  });

  it("gets the plugin that is missing, and nothing else", async () => {
    await prepareToolchain(env, { target: "docker" }, root);
    said = "";

    await prepareToolchain(env, { target: "kubernetes" }, root);
    expect(asked()).toEqual([base, "kubernetes-provider"]);
    expect(said).toContain(
      "building Pulumi's kubernetes plugin 2.0.0 from Go modules (about 5 minutes, once)",
    );
    expect(said).not.toContain("docker");
  });

  it("is not built again", async () => {
    await prepareToolchain(env, { target: "kubernetes" }, root);
    said = "";

    for (const needs of [{ target: "kubernetes" }, { target: "docker" }, undefined]) {
      await prepareToolchain(env, needs, root);
    }
    expect(asked()).toHaveLength(1);
    expect(said).toBe("");
  });

  it("is not begun where a plugin cannot be built", async () => {
    await expect(prepareToolchain(env, { target: "ecs" }, root)).rejects.toThrow(
      "Pulumi's aws plugin 2.0.0: not installed, not among what can be built from Go modules, and",
    );
    expect(asked()).toEqual([]);
  });

  it("has failed where the script makes another version", async () => {
    writeFiles(root, { "airgap/toolchain/build": "true" });

    await expect(prepareToolchain(env, { target: "kubernetes" }, root)).rejects.toThrow(
      "Pulumi 1.0.0, Pulumi's docker plugin 2.0.0, Pulumi's kubernetes plugin 2.0.0, Pulumi's random plugin 2.0.0: not installed",
    );
  });

  it("has failed where the script fails", async () => {
    writeFiles(root, { "airgap/toolchain/build": "exit 1" });

    await expect(prepareToolchain(env, { target: "docker" }, root)).rejects.toThrow(
      /could not be built/,
    );
  });

  function asked(): string[] {
    const file = path.join(env.PULUMI_HOME, "asked");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
  }
});
