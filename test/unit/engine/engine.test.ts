import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";

import { findImage, inspectEngine } from "@tf-model-serving/core";
import { engineAnswers, publishing, startFakeEngine, startServer } from "../../support/fakeEngine";
import { freePorts } from "../../support/freePorts";
import { temporaryFolder } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";

afterEach(() => void vi.useRealTimers());

/** A server that gives the same answer to everything, as an engine's address. */
async function alwaysAnswering(status: number, body: string): Promise<string> {
  const port = await startServer((_, response) => {
    response.statusCode = status;
    response.end(body);
  });
  return `tcp://127.0.0.1:${port}`;
}

async function answeringOverTcp(): Promise<string> {
  const port = await startServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(engineAnswers[(request.url ?? "").replace(/\?.*/, "")]));
  });
  return `tcp://127.0.0.1:${port}`;
}

describe("an image that an engine is asked for", () => {
  it.each([
    ["is not there", 404, "no such image"],
    ["has a name that no image can have", 400, "invalid reference format"],
  ])("is none where it %s", async (_, status, message) => {
    const host = await alwaysAnswering(status, JSON.stringify({ message }));
    expect(await findImage(host, "Model")).toBeUndefined();
  });

  it("is no stack trace where the engine fails", async () => {
    const host = await alwaysAnswering(500, JSON.stringify({ message: "disk is full" }));
    const error: unknown = await findImage(host, "model").catch((reason: unknown) => reason);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(
      new RegExp(
        `^The Docker Engine at ${host} could not be asked for the image model: .*disk is full`,
      ),
    );
  });
});

describe("an engine that answers", () => {
  const facts = {
    apiVersion: "1.41",
    os: "linux",
    architecture: "amd64",
    cpus: 8,
    memoryMb: 16384,
    runtimes: ["io.containerd.runc.v2", "runc"],
    takenPorts: [],
  };

  it("tells what it is, over a Unix socket", async () => {
    const host = await startFakeEngine();
    expect(await inspectEngine(host)).toEqual({ host, ...facts });
  });

  it("tells what it is, over TCP", async () => {
    const host = await answeringOverTcp();
    expect(await inspectEngine(host)).toEqual({ host, ...facts });
  });

  it("is the one that was asked for, whatever DOCKER_HOST says", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    const host = await startFakeEngine();
    expect((await inspectEngine(host)).host).toBe(host);
  });

  it("may know no runtimes, as Podman's", async () => {
    const host = await startFakeEngine({ "/info": { NCPU: 1, MemTotal: 2 ** 20 } });
    expect((await inspectEngine(host)).runtimes).toEqual([]);
  });
});

/** What an engine of these containers says is taken of ports. */
async function taken(ports: Parameters<typeof inspectEngine>[1], containers: unknown[] = []) {
  const host = await startFakeEngine({ "/containers/json": containers });
  return (await inspectEngine(host, ports)).takenPorts;
}

describe("the host ports that are taken", () => {
  const address = "127.0.0.1";

  it("are those of other containers, with their stack", async () => {
    const stack = "tfserving/dev";
    const containers = [
      publishing("web", [8501]),
      publishing("balancer", [8500, 9999], { "tfserving.stack": stack }),
    ];
    expect(await taken([8500, 8501], containers)).toEqual([
      { port: 8501, address, holder: "container web", stack: undefined },
      { port: 8500, address, holder: "container balancer", stack },
    ]);
  });

  it("are those of other processes, when the engine is on this machine", async () => {
    const port = await startServer(() => {});
    expect(await taken([port])).toEqual([{ port, address, holder: "another process" }]);
  });

  it("are held by one holder each: a container's port is no process's", async () => {
    const port = await startServer(() => {});
    expect(await taken([port], [publishing("web", [port])])).toEqual([
      { port, address, holder: "container web", stack: undefined },
    ]);
  });

  it("are not those of this machine's processes, when the engine is on another", async () => {
    const port = await startServer(() => {});
    expect((await inspectEngine(await answeringOverTcp(), [port])).takenPorts).toEqual([]);
  });
});

describe("host ports on other addresses than 127.0.0.1", () => {
  it.each([
    ["on its address", "127.0.0.2", "127.0.0.2", 1],
    ["on all addresses", "127.0.0.2", "0.0.0.0", 1],
    ["on another address", "127.0.0.1", "127.0.0.2", 0],
  ])("are taken by a process %s", async (_, listening, address, count) => {
    const port = await startServer(() => {}, listening);
    expect(await taken([{ port, address }])).toHaveLength(count);
  });

  it.each<[string, string, object[], number]>([
    ["on 127.0.0.1 alone", "192.0.2.7", [{ IP: "127.0.0.1", Type: "tcp" }], 0],
    ["on all addresses", "192.0.2.7", [{ IP: "0.0.0.0", Type: "tcp" }], 1],
    [
      "for UDP, or on IPv6 alone",
      "127.0.0.1",
      [
        { IP: "127.0.0.1", Type: "udp" },
        { IP: "::1", Type: "tcp" },
      ],
      0,
    ],
  ])("are taken by a container that publishes them %s", async (_, address, published, count) => {
    const [port] = await freePorts(1);
    const Ports = published.map((one) => ({ PrivatePort: 80, PublicPort: port, ...one }));
    const containers = [{ ...publishing("web", []), Ports }];
    expect(await taken([{ port, address }], containers)).toHaveLength(count);
  });
});

const unusable: Record<string, () => string | Promise<string>> = {
  "no socket": () => `unix://${temporaryFolder()}/docker.sock`,
  "nobody listens": () => "tcp://127.0.0.1:1",
  "an error": () => alwaysAnswering(503, '{"message":"starting"}'),
  "another server": () => alwaysAnswering(200, "<html>It works!</html>"),
  "another server that speaks JSON": () => alwaysAnswering(200, "{}"),
  "a server that says nothing": () => alwaysAnswering(200, "null"),
  "no address": () => "",
  "a path": () => "/var/run/docker.sock",
  "a port alone": () => "127.0.0.1:2375",
  "another protocol": () => "http://127.0.0.1:2375",
  "a protocol alone": () => "ssh",
};

/** What is said of an engine, which cannot be asked. */
async function refusal(host: string): Promise<string> {
  const error = await inspectEngine(host).catch((reason: unknown) => reason);
  return (error as Error).message.replace(`at ${host} `, "at HOST ");
}

describe("an engine that does not answer is named, with what to do", () => {
  it("in one sentence", async () => {
    const said = await refusals(unusable, async (host) => [await refusal(await host())]);
    const shown = said.replace(/ENOENT \S+\.sock/, "ENOENT SOCKET");
    await expect(shown).toMatchFileSnapshot("snapshots/unusable-engines.txt");
  });

  it("silence", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let whenAsked: () => void;
    const asked = new Promise<void>((resolve) => (whenAsked = resolve));
    const port = await startServer(() => whenAsked());
    const answer = refusal(`tcp://127.0.0.1:${port}`);
    await asked;
    vi.advanceTimersByTime(15_000);
    expect(await answer).toContain("The Docker Engine at HOST does not answer (no answer in 15 s)");
  });
});
