import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { adviceFor, findEngine } from "../../../cli/setup/engine";
import { ownsForNotebook } from "../../../cli/setup/notebookFolder";
import { npmCommand, packagesAreCurrent } from "../../../cli/bootstrap.mjs";
import { defaultDockerHost } from "@tf-model-serving/core/facts";
import { hasPlugin, pluginNeeds, wantedPlugins } from "../../../cli/setup/pulumiHome";
import { settingOf } from "../../../cli/setup/stackConfig";
import { writeContext } from "../../support/dockerContexts";
import { temporaryFolder } from "../../support/modelFolder";

describe("the installed packages", () => {
  const a = { version: "1.0.0", integrity: "sha512-a" };
  const optional = { version: "1.0.0", integrity: "sha512-m", optional: true };
  const locked = {
    packages: {
      ...{ "": { version: "0.1.0" }, "node_modules/a": a, "node_modules/mac-only": optional },
    },
  };

  it.each<[boolean, string, Record<string, object> | undefined]>([
    [true, "all are there, but for optional ones", { a }],
    [false, "nothing is installed", undefined],
    [false, "one is missing", {}],
    [false, "one is older", { a: { ...a, version: "0.9.0" } }],
    [false, "one has other content", { a: { ...a, integrity: "sha512-b" } }],
    [false, "an optional one is older", { a, "mac-only": { ...optional, version: "0.9.0" } }],
  ])("are current: %s, where %s", (current, _, installed) => {
    const found = Object.entries(installed ?? {}).map(([name, one]) => [
      `node_modules/${name}`,
      one,
    ]);
    const packages = installed && { packages: Object.fromEntries(found) as typeof locked.packages };
    expect(packagesAreCurrent(locked, packages)).toBe(current);
  });
});

describe("npm", () => {
  it("is started as the script that runs this one, without a shell", () => {
    const script = "/usr/lib/npm/bin/npm-cli.js";
    const npm = npmCommand({ npm_execpath: script }, "win32");
    expect(npm).toEqual({ program: process.execPath, args: [script], shell: false });
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
    findEngine(configured, { DOCKER_CONFIG: temporaryFolder(), ...env });
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
    ["this machine's", undefined, {}, defaultDockerHost],
    ["none of an empty variable", undefined, { DOCKER_HOST: "" }, defaultDockerHost],
  ])("is %s", (_, configured, env, host) => {
    expect(found(configured, env)).toEqual(plain(host));
  });

  it("is that of the Docker context in use, with what its certificates need", () => {
    const { env, host, certificates } = dockerContext();
    expect(findEngine("", env)).toEqual({
      host,
      variables: { DOCKER_CERT_PATH: certificates, DOCKER_TLS_VERIFY: "1" },
    });
  });

  it("is presented the certificates also where the setting names its address", () => {
    const { env, host, certificates } = dockerContext();
    const { variables } = findEngine(host, { DOCKER_CONFIG: env.DOCKER_CONFIG });
    expect(variables.DOCKER_CERT_PATH).toBe(certificates);
  });

  it("is refused where the Docker context in use does not exist", () => {
    expect(() => found("", { DOCKER_CONTEXT: "typo" })).toThrow(
      'There is no Docker context "typo"',
    );
  });
});

describe("the advice about a silent engine", () => {
  const socket = "unix:///var/run/docker.sock";
  const refused = `connect ECONNREFUSED ${socket}`;

  it.each([
    ["start Docker (sudo systemctl", socket, refused, "linux"],
    ["start Docker Desktop", socket, refused, "darwin"],
    ["start Docker Desktop", "npipe:////./pipe/x", refused, "win32"],
    ["usermod -aG docker", socket, `connect EACCES ${socket}`, "linux"],
    ["install Docker Engine", socket, `connect ENOENT ${socket}`, "linux"],
    ["start Docker Desktop", socket, `connect ENOENT ${socket}`, "darwin"],
    ["ssh://me@host is right", "ssh://me@host", refused, "linux"],
  ])("contains %j at %s after %s on %s", (advice, host, reason, system) => {
    expect(adviceFor(host, reason, system)).toContain(advice);
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
  const names = (settings: Record<string, unknown>) => {
    const entries = Object.entries(settings).map(([key, value]) => [`tfserving:${key}`, value]);
    const stackFile = { config: Object.fromEntries(entries) };
    const setting = (key: string) => settingOf({ name: "tfserving" }, stackFile, key);
    return wantedPlugins(pluginNeeds(setting)).map(({ name }) => name);
  };

  it.each([
    [{ target: "docker" }, ["docker", "random"]],
    [{ target: "docker", tls: { certificate: "tls.pem" } }, ["docker", "random"]],
    [{ target: "docker", tls: { selfSigned: true } }, ["docker", "random", "tls"]],
    [{ target: "swarm" }, ["docker", "random"]],
    [{ target: "ecs" }, ["aws", "docker", "random"]],
    [{ target: "kubernetes" }, ["docker", "kubernetes", "random"]],
  ])("with %j are those that it needs", (settings, wanted) => {
    expect(names(settings).sort()).toEqual(wanted);
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
