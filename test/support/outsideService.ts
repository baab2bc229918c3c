import { execFileSync } from "child_process";
import * as net from "net";
import { Cluster } from "../cluster/cluster";
import { until } from "./until";
import { openTunnel, Tunnel } from "./tunnel";

/** A Service of a cluster. */
export interface ServiceName {
  namespace: string;
  name: string;
}

/** Address of this machine for the cluster's node, as the API server sees it. */
export function machineOf(cluster: Cluster): string {
  const { hostname } = new URL(cluster.server);
  return execFileSync("ip", ["route", "get", hostname], { encoding: "utf8" }).split(/src (\S+)/)[1];
}

/**
 * Opens a way from a free port of 127.0.0.1 to a Service, as a client outside of the cluster would
 * reach it: each connection goes to one of the Service's pods that are ready.
 *
 * @param port - of the pods
 * @param nodePort - of the node, of which each can lead to one Service only
 */
export async function openOutside(
  cluster: Cluster,
  { namespace, name }: ServiceName,
  port: 8500 | 8501,
  nodePort = freeNodePort(port),
): Promise<Tunnel> {
  const { hostname } = new URL(cluster.server);
  const service = cluster.kubectl("-n", namespace, "get", "service", name, "-o", "json");
  const { selector } = JSON.parse(service).spec;
  const ports = [{ port: nodePort, targetPort: port }];
  cluster.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `outside-${nodePort}`, namespace },
    spec: { selector, externalIPs: [hostname], ports },
  });
  await connectable(hostname, nodePort);
  return openTunnel(hostname, nodePort);
}

/** One that no other test uses at the same time. */
function freeNodePort(port: number): number {
  return port + 100 * Number(process.env.VITEST_POOL_ID);
}

/** Waits until the node leads the port on. */
async function connectable(host: string, port: number): Promise<void> {
  const connects = () =>
    new Promise<boolean>((resolve) => {
      const socket = net.connect(port, host);
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  await until(`${host}:${port} is open`, connects, 30_000);
}
