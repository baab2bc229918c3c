import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";

import { SshDockerHost, SshDockerHostArgs } from "@tf-model-serving/core";
import * as answers from "../../../components/core/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/core/engine/sshDockerHost/sshFiles";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";
import { temporaryFolder } from "../../support/modelFolder";
import { rendered } from "../../support/rendered";

const component = "tfserving:index:SshDockerHost";
const provider = "pulumi:providers:docker";
const network = "docker:index/network:Network";
const required: SshDockerHostArgs = {
  address: "192.0.2.7",
  privateKey: pulumi.secret("PRIVATE"),
  hostPublicKey: "ssh-ed25519 AAAA",
};

let recording: Recording;
let engineAnswers: MockInstance<typeof answers.engineAnswers>;
let writeSshFiles: MockInstance<typeof files.writeSshFiles>;

beforeEach(async () => {
  engineAnswers = vi.spyOn(answers, "engineAnswers").mockResolvedValue();
  writeSshFiles = vi.spyOn(files, "writeSshFiles").mockReturnValue();
  recording = await startMocks();
});

async function create(args: Partial<SshDockerHostArgs> = {}): Promise<SshDockerHost> {
  const host = new SshDockerHost("gpu", { ...required, ...args });
  await settle();
  return host;
}

/** A host, and a network on it. */
async function withNetwork(args: Partial<SshDockerHostArgs> = {}): Promise<SshDockerHost> {
  const host = new SshDockerHost("gpu", { ...required, ...args });
  new docker.Network("net", {}, host.options());
  await settle();
  return host;
}

describe("a Docker host that is reached by SSH", () => {
  it.each<[string, Partial<SshDockerHostArgs>, string]>([
    ["address and options", {}, "ssh-docker-host"],
    [
      "a login of the caller's, a proxy, and what shares its machine's life",
      { user: "ada", port: 2222, proxyCommand: "through %h", machineId: "i-1" },
      "ssh-docker-host-otherwise",
    ],
  ])("is a provider with %s, and no key", async (_, args, file) => {
    await withNetwork(args);
    const text = ["pulumi", "random", "docker"].map((of) => rendered(recording.resources, of));
    await expect(text.filter(Boolean).join("---\n")).toMatchFileSnapshot(`snapshots/${file}.yaml`);
    expect(JSON.stringify(recording.resources)).not.toContain("PRIVATE");
  });

  it("is that machine whatever Docker context is in use here", async () => {
    vi.stubEnv("DOCKER_CONTEXT", "another");
    await create();
    const { inputs } = recording.find(provider, "gpu");
    expect([inputs.host, inputs.context]).toEqual(["ssh://ubuntu@192.0.2.7", ""]);
  });

  it("writes the key and the machine's public key for ssh", async () => {
    await create();
    expect(writeSshFiles).toHaveBeenCalledWith("tfserving-tfserving-dev-gpu", {
      privateKey: "PRIVATE",
      hostPublicKey: "ssh-ed25519 AAAA",
    });
  });

  it("waits for the engine before it gives its address, which is no secret", async () => {
    const host = await create({ waitSeconds: 7, hint: "Switch it on." });
    const options = await promiseOf(host.sshOptions);
    expect(engineAnswers).toHaveBeenCalledWith(
      ...(["ssh://ubuntu@192.0.2.7", options, 7, "Switch it on."] as const),
    );
    expect(await promiseOf(host.host)).toBe("ssh://ubuntu@192.0.2.7");
    expect(await pulumi.isSecret(host.host)).toBe(false);
  });

  it.each([
    ["user", { user: "Ada Lovelace" }, 'is "Ada Lovelace": use the name of a user, such as ubuntu'],
    ["port", { port: 0 }, "is 0: use a whole number from 1 to 65535"],
    ["waitSeconds", { waitSeconds: 0 }, "is 0: use a whole number from 1 to 3600"],
  ])("refuses a wrong %s", (propertyPath, args, reason) => {
    expect(problemsOf(() => new SshDockerHost("gpu", { ...required, ...args }))).toEqual([
      { propertyPath, reason },
    ]);
  });

  it.each([
    ["is replaced with the machine, by whose id it is known", { machineId: "i-1" }, true],
    ["is removed from a machine that outlives the stack", {}, false],
  ])("what runs on it %s", async (_, args, isTied) => {
    await withNetwork(args);
    const machine = urn("random:index/randomId:RandomId", "gpu-machine", component);
    const { deletedWith, replaceWith, provider: used } = recording.find(network);
    expect({ deletedWith, replaceWith }).toEqual(
      isTied ? { deletedWith: machine, replaceWith: [machine] } : {},
    );
    expect(used).toBe(urn(provider, "gpu", component));
  });
});

describe("in a preview", () => {
  beforeEach(async () => {
    recording = await startMocks({ preview: true });
  });

  it("asks no engine", async () => {
    const host = await create();
    expect(engineAnswers).not.toHaveBeenCalled();
    expect(await promiseOf(host.host)).toBe("ssh://ubuntu@192.0.2.7");
  });

  it("leaves the address of a machine that is not there unknown", async () => {
    const address = new docker.Network("later").id;
    const host = await create({ address });
    expect(await isKnown(host.host)).toBe(false);
    expect(recording.find(provider, "gpu").inputs.host).toBe(unknown);
  });
});

describe("the files for ssh", () => {
  const login = { privateKey: "PRIVATE\n", hostPublicKey: "ssh-ed25519 AAAA" };

  beforeEach(() => {
    writeSshFiles.mockRestore();
  });

  it("can be read by the user alone", () => {
    const folder = path.join(temporaryFolder(), ".ssh");
    files.writeSshFiles("host", login, folder);
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    expect(fs.readdirSync(folder).sort()).toEqual(["host", "host.known_hosts"]);
    for (const name of fs.readdirSync(folder)) {
      expect(fs.statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    }
    expect(fs.readFileSync(path.join(folder, "host"), "utf8")).toBe("PRIVATE\n");
    expect(fs.readFileSync(path.join(folder, "host.known_hosts"), "utf8")).toBe(
      "host ssh-ed25519 AAAA\n",
    );
  });

  it("are replaced by another key, and left alone with the same", () => {
    const folder = temporaryFolder();
    files.writeSshFiles("host", login, folder);
    const { ino } = fs.statSync(path.join(folder, "host"));
    files.writeSshFiles("host", login, folder);
    expect(fs.statSync(path.join(folder, "host")).ino).toBe(ino);
    files.writeSshFiles("host", { ...login, privateKey: "OTHER\n" }, folder);
    expect(fs.readFileSync(path.join(folder, "host"), "utf8")).toBe("OTHER\n");
  });

  it("have names that any file system takes", () => {
    expect(files.sshFileName("my project/dev", "gpu host")).toBe(
      "tfserving-my-project-dev-gpu-host",
    );
  });
});
