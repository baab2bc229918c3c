import * as net from "net";
import type { AddressInfo } from "net";
import { connectCluster } from "@tf-model-serving/kubernetes";
import type { Tunnel } from "./tunnel";

/** Opens a way from a free port of 127.0.0.1 to a port of a pod, as `kubectl port-forward` does. */
export async function openPortForward(
  kubeconfig: string,
  namespace: string,
  pod: string,
  port: number,
): Promise<Tunnel> {
  const { library, config } = await connectCluster({ kubeconfig });
  const forward = new library.PortForward(config);
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket.on("close", () => open.delete(socket)).on("error", () => undefined));
    forward.portForward(namespace, pod, [port], socket, null, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      open.forEach((socket) => socket.destroy());
    },
  };
}
