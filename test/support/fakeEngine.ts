import * as http from "node:http";
import type { AddressInfo, ListenOptions } from "node:net";
import * as path from "node:path";

import { onTestFinished } from "vitest";

import type { DockerEngine } from "@tf-model-serving/core";
import { temporaryFolder } from "./modelFolder";

/** What `inspectEngine` says of an engine that has room for everything. */
export const engine: DockerEngine = {
  host: "unix:///var/run/docker.sock",
  apiVersion: "1.41",
  os: "linux",
  architecture: "amd64",
  cpus: 8,
  memoryMb: 16384,
  runtimes: ["io.containerd.runc.v2", "runc"],
  takenPorts: [],
};

/** Answers of Docker's API by path, as Engine 20.10 gives them, cut to what is read. */
export const engineAnswers: Record<string, unknown> = {
  "/version": { Version: "20.10.24", ApiVersion: "1.41", Os: "linux", Arch: "amd64" },
  "/info": {
    NCPU: 8,
    MemTotal: 17_179_869_184,
    Runtimes: { runc: { path: "runc" }, "io.containerd.runc.v2": { path: "runc" } },
  },
  "/containers/json": [],
};

/** A node of a swarm as a manager lists it, cut to what is read. */
export function swarmNode({ state = "ready", availability = "active", gpus = 0 } = {}) {
  const GenericResources = gpus
    ? [{ DiscreteResourceSpec: { Kind: "NVIDIA-GPU", Value: gpus } }]
    : undefined;
  return {
    Spec: { Availability: availability },
    Status: { State: state },
    Description: {
      Resources: { NanoCPUs: 4_000_000_000, MemoryBytes: 17_179_869_184, GenericResources },
    },
  };
}

/** Answers of a manager of a swarm. */
export function swarmAnswers(
  nodes = [swarmNode()],
  services: unknown[] = [],
): Record<string, unknown> {
  const Swarm = {
    NodeID: "node-1-id",
    NodeAddr: "192.0.2.11",
    LocalNodeState: "active",
    ControlAvailable: true,
  };
  return {
    "/info": { ...(engineAnswers["/info"] as object), Swarm },
    "/nodes": nodes,
    "/services": services,
  };
}

/** What `inspectEngine` says of a manager of three nodes that have room for everything. */
export const swarmEngine: DockerEngine = {
  ...engine,
  swarm: {
    manager: true,
    nodeId: "node-1-id",
    nodeAddress: "192.0.2.11",
    nodes: 3,
    readyNodes: 3,
    memoryMb: 3 * 16384,
    largestNodeMemoryMb: 16384,
    largestNodeCpus: 8,
    genericResources: {},
  },
};

/** A running container that publishes ports of the Docker host, as Docker lists it. */
export function publishing(name: string, ports: number[], labels: Record<string, string> = {}) {
  return {
    Id: `${name}-id`,
    Names: [`/${name}`],
    Labels: labels,
    Ports: [
      { PrivatePort: 8502, Type: "tcp" },
      ...ports.map((port) => ({
        IP: "127.0.0.1",
        PrivatePort: port,
        PublicPort: port,
        Type: "tcp",
      })),
    ],
  };
}

/**
 * Answers in which the stack's own containers hold ports, by default all of its
 * defaults, so that they count as free whatever listens on this machine.
 */
export function ownContainers(ports = [8500, 8501, 8888]): Record<string, unknown> {
  return {
    "/containers/json": [publishing("own", ports, { "tfserving.stack": "tfserving/dev" })],
  };
}

/** A Docker Engine's API on a Unix socket, until the test ends; gives its address. */
export async function startFakeEngine(answers: Record<string, unknown> = {}): Promise<string> {
  const all = { ...engineAnswers, ...answers };
  const socket = path.join(temporaryFolder(), "docker.sock");
  await listen(socket, (request, response) => {
    const answer = all[(request.url ?? "").replace(/\?.*$/, "")];
    response.statusCode = answer === undefined ? 404 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? { message: "page not found" }));
  });
  return `unix://${socket}`;
}

/** A server on a free port of an address, until the test ends; gives the port. */
export async function startServer(
  handler: http.RequestListener,
  address = "127.0.0.1",
): Promise<number> {
  return (await listen({ port: 0, host: address }, handler)).port;
}

async function listen(
  place: string | ListenOptions,
  handler: http.RequestListener,
): Promise<AddressInfo> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return server.address() as AddressInfo;
}
