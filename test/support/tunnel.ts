import * as net from "net";
import type { AddressInfo } from "net";

/** A port of 127.0.0.1 that leads to an address elsewhere. */
export interface Tunnel {
  port: number;
  close: () => void;
}

/** Opens a way from a free port of 127.0.0.1 to HOST:PORT, connection by connection. */
export async function openTunnel(host: string, port: number): Promise<Tunnel> {
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      // Else a small frame waits up to 40 ms for the acknowledgement of the one before.
      from.setNoDelay();
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy()).on("close", () => open.delete(from));
    }
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
