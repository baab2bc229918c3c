import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { adviceFor, defaultHost, findEngine } from "../../../commands/lib/engine.mjs";
import { ownsForNotebook } from "../../../commands/lib/notebooks.mjs";
import { npmCommand, packagesAreCurrent } from "../../../commands/lib/packages.mjs";
import { hasPlugin, wantedPlugins } from "../../../commands/lib/pulumiCli.mjs";
import { root } from "../../../commands/lib/workspace.mjs";
import { writeContext } from "../../support/dockerContexts";
import { temporaryFolder } from "../../support/modelFolder";

describe("the installed packages", () => {
  const locked = {
    packages: {
      "": { version: "0.1.0" },
      "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
      "node_modules/mac-only": { version: "1.0.0", integrity: "sha512-m", optional: true },
    },
  };
  const a = locked.packages["node_modules/a"];

  it("are current where all are there, but for optional ones", () => {
    expect(packagesAreCurrent(locked, { packages: { "node_modules/a": a } })).toBe(true);
  });

  it.each([
    ["nothing is installed", undefined],
    ["one is missing", { packages: {} }],
    ["one is older", { packages: { "node_modules/a": { ...a, version: "0.9.0" } } }],
    ["one has other content", { packages: { "node_modules/a": { ...a, integrity: "sha512-b" } } }],
    [
      "an optional one is older",
      {
        packages: {
          "node_modules/a": a,
          "node_modules/mac-only": { version: "0.9.0", integrity: "sha512-m", optional: true },
        },
      },
    ],
  ])("are not current where %s", (_, installed) => {
    expect(packagesAreCurrent(locked, installed)).toBe(false);
  });
});

describe("npm", () => {
  it("is started as the script that runs this one, without a shell", () => {
    const npm = npmCommand({ npm_execpath: "/usr/lib/npm/bin/npm-cli.js" }, "win32");

    expect(npm).toEqual({
      program: process.execPath,
      args: ["/usr/lib/npm/bin/npm-cli.js"],
      shell: false,
    });
  });

  it.each([
    ["win32", true],
    ["linux", false],
  ])("is looked for on PATH of %s otherwise (shell: %s)", (platform, shell) => {
    const env = { npm_execpath: "/usr/lib/pnpm/pnpm.cjs" };

    expect(npmCommand(env, platform)).toEqual({ program: "npm", args: [], shell });
  });
});

describe("the Docker Engine of a stack", () => {
  const found = (configured: unknown, env: Record<string, string>) =>
    findEngine(root, configured, { DOCKER_CONFIG: temporaryFolder(), ...env });
  const plain = (host: string) => ({ host, variables: {} });

  function dockerContext() {
    const host = "tcp://gpu.example.com:9443";
    const folder = temporaryFolder();
    const certificates = writeContext(folder, { name: "gpu", host });
    fs.mkdirSync(certificates, { recursive: true });
    return { host, certificates, env: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "gpu" } };
  }

  it.each([
    ["the setting's", "ssh://me@host", { DOCKER_HOST: "tcp://192.0.2.1:2375" }, "ssh://me@host"],
    ["DOCKER_HOST's", "", { DOCKER_HOST: "tcp://192.0.2.1:2375" }, "tcp://192.0.2.1:2375"],
    ["this machine's", undefined, {}, defaultHost],
    ["none of an empty variable", undefined, { DOCKER_HOST: "" }, defaultHost],
  ])("is %s", async (_, configured, env, host) => {
    expect(await found(configured, env)).toEqual(plain(host));
  });

  it("is that of the Docker context in use, with what its certificates need", async () => {
    const { env, host, certificates } = dockerContext();
    expect(await findEngine(root, "", env)).toEqual({
      host,
      variables: { DOCKER_CERT_PATH: certificates, DOCKER_TLS_VERIFY: "1" },
    });
  });

  it("is presented the certificates also where the setting names its address", async () => {
    const { env, host, certificates } = dockerContext();
    const { variables } = await findEngine(root, host, { DOCKER_CONFIG: env.DOCKER_CONFIG });
    expect(variables.DOCKER_CERT_PATH).toBe(certificates);
  });

  it("is refused where the Docker context in use does not exist", async () => {
    await expect(found("", { DOCKER_CONTEXT: "typo" })).rejects.toThrow(
      'There is no Docker context "typo"',
    );
  });
});

describe("the advice about a silent engine", () => {
  const silence = {
    host: "unix:///var/run/docker.sock",
    reason: "Cannot connect to the Docker daemon",
    missing: false,
    system: "linux",
  };

  it.each([
    ["start Docker (sudo systemctl", silence],
    ["start Docker Desktop", { ...silence, system: "darwin" }],
    ["start Docker Desktop", { ...silence, host: "npipe:////./pipe/x", system: "win32" }],
    ["usermod -aG docker", { ...silence, reason: "dial unix: connect: permission denied" }],
    ["install Docker Engine", { ...silence, missing: true }],
    ["install Docker Desktop", { ...silence, missing: true, system: "win32" }],
    ["ssh://me@host is right", { ...silence, host: "ssh://me@host" }],
  ])("begins with %j", (beginning, about) => {
    expect(adviceFor(about)).toContain(beginning);
  });
});

describe("notebooks that root checked out", () => {
  const here = { system: "linux", uid: 0, host: "unix:///var/run/docker.sock", notebook: true };

  it("are given away by root to a notebook on this machine", () => {
    expect(ownsForNotebook(here)).toBe(true);
  });

  it.each([
    { uid: 1000 },
    { uid: undefined },
    { system: "darwin" },
    { host: "ssh://me@host" },
    { notebook: false },
  ])("stay as they are with %j", (other) => {
    expect(ownsForNotebook({ ...here, ...other })).toBe(false);
  });
});

describe("the plugins of a stack", () => {
  const names = (target: string) => wantedPlugins(root, target).map(({ name }) => name);

  it.each([
    ["docker", ["docker", "random"]],
    ["swarm", ["docker", "random"]],
    ["ecs", ["aws", "docker", "random"]],
    ["kubernetes", ["docker", "kubernetes", "random"]],
  ])("on %s are those that it needs", (target, wanted) => {
    expect(names(target).sort()).toEqual(wanted);
  });

  it("may be on PATH, where Pulumi takes them from too", () => {
    const folder = temporaryFolder();
    const env = { PULUMI_HOME: temporaryFolder(), PATH: folder };
    const plugin = { name: "kubernetes", version: "4.34.2" };
    expect(hasPlugin(plugin, env)).toBe(false);
    fs.writeFileSync(path.join(folder, "pulumi-resource-kubernetes"), "");
    expect(hasPlugin(plugin, env)).toBe(true);
  });
});
