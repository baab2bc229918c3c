import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";

import { findImage, inspectEngine } from "../../../components";
import { engineAnswers, publishing, startFakeEngine, startServer } from "../../support/fakeEngine";
import { temporaryFolder } from "../../support/modelFolder";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const whatToDo = "start it, or set the config value `host` to the address of one that runs.";

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

describe("the host ports that are taken", () => {
  it("are those of other containers, with their stack", async () => {
    const host = await startFakeEngine({
      "/containers/json": [
        publishing("web", [8501]),
        publishing("balancer", [8500, 9999], { "tfserving.stack": "tfserving/dev" }),
      ],
    });
    expect((await inspectEngine(host, [8500, 8501])).takenPorts).toEqual([
      { port: 8501, address: "127.0.0.1", holder: "container web", stack: undefined },
      { port: 8500, address: "127.0.0.1", holder: "container balancer", stack: "tfserving/dev" },
    ]);
  });

  it("are those of other processes, when the engine is on this machine", async () => {
    const port = await startServer(() => {});
    const host = await startFakeEngine();
    expect((await inspectEngine(host, [port])).takenPorts).toEqual([
      { port, address: "127.0.0.1", holder: "another process" },
    ]);
  });

  it("are held by one holder each: a container's port is no process's", async () => {
    const port = await startServer(() => {});
    const host = await startFakeEngine({ "/containers/json": [publishing("web", [port])] });
    expect((await inspectEngine(host, [port])).takenPorts).toEqual([
      { port, address: "127.0.0.1", holder: "container web", stack: undefined },
    ]);
  });

  it("are not those of this machine's processes, when the engine is on another", async () => {
    const port = await startServer(() => {});
    const host = await answeringOverTcp();
    expect((await inspectEngine(host, [port])).takenPorts).toEqual([]);
  });
});

describe("host ports on other addresses than 127.0.0.1", () => {
  const taken = async (address: string, port: number, containers: unknown[] = []) => {
    const host = await startFakeEngine({ "/containers/json": containers });
    return (await inspectEngine(host, [{ port, address }])).takenPorts;
  };

  it("are taken by a process on that address", async () => {
    const port = await startServer(() => {}, "127.0.0.2");
    expect(await taken("127.0.0.2", port)).toHaveLength(1);
    expect(await taken("0.0.0.0", port)).toHaveLength(1);
  });

  it("are free when only 127.0.0.1's is taken", async () => {
    const port = await startServer(() => {});
    expect(await taken("127.0.0.2", port)).toEqual([]);
  });

  it("are free when a container publishes on 127.0.0.1 alone", async () => {
    expect(await taken("192.0.2.7", 8501, [publishing("web", [8501])])).toEqual([]);
  });

  it("are taken by a container that publishes on all addresses", async () => {
    const port = { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8501, Type: "tcp" };
    const everywhere = { ...publishing("web", []), Ports: [port] };
    expect(await taken("192.0.2.7", 8501, [everywhere])).toHaveLength(1);
  });

  it("are not taken by a container that publishes UDP, or on IPv6 alone", async () => {
    const ports = [
      { IP: "127.0.0.1", PrivatePort: 53, PublicPort: 8501, Type: "udp" },
      { IP: "::1", PrivatePort: 80, PublicPort: 8501, Type: "tcp" },
    ];
    expect(await taken("127.0.0.1", 8501, [{ ...publishing("dns", []), Ports: ports }])).toEqual(
      [],
    );
  });
});

describe("an engine that does not answer is named, with what to do", () => {
  it("no socket", async () => {
    const host = `unix://${temporaryFolder()}/docker.sock`;
    await expect(inspectEngine(host)).rejects.toThrow(
      new RegExp(
        `^The Docker Engine at ${host} does not answer \\(connect ENOENT .*\\): ${whatToDo}$`,
      ),
    );
  });

  it("nobody listens", async () => {
    await expect(inspectEngine("tcp://127.0.0.1:1")).rejects.toThrow(
      "The Docker Engine at tcp://127.0.0.1:1 does not answer (connect ECONNREFUSED 127.0.0.1:1): " +
        whatToDo,
    );
  });

  it("an error", async () => {
    const host = await alwaysAnswering(503, '{"message":"starting"}');
    await expect(inspectEngine(host)).rejects.toThrow(
      `The Docker Engine at ${host} does not answer ` +
        `((HTTP code 503) unexpected - starting ): ${whatToDo}`,
    );
  });

  it.each(["<html>It works!</html>", "{}", "null"])("another server: %s", async (body) => {
    const host = await alwaysAnswering(200, body);
    await expect(inspectEngine(host)).rejects.toThrow(
      `The Docker Engine at ${host} does not answer (another server is there): ${whatToDo}`,
    );
  });

  it("silence", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let whenAsked: () => void;
    const asked = new Promise<void>((resolve) => (whenAsked = resolve));
    const port = await startServer(() => whenAsked());
    const answer = expect(inspectEngine(`tcp://127.0.0.1:${port}`)).rejects.toThrow(
      `The Docker Engine at tcp://127.0.0.1:${port} does not answer (no answer in 15 s): ${whatToDo}`,
    );
    await asked;
    vi.advanceTimersByTime(15_000);
    await answer;
  });
});

it.each(["", "/var/run/docker.sock", "127.0.0.1:2375", "http://127.0.0.1:2375", "ssh"])(
  "the address %j is refused with those that can be",
  async (host) => {
    await expect(inspectEngine(host)).rejects.toThrow(
      `"${host}" is no address of a Docker Engine: use unix://, npipe://, tcp:// or ssh://`,
    );
  },
);
