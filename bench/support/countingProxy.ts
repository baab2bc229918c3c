import * as net from "net";

/** A port of 127.0.0.1 that passes connections on to another one. */
export interface CountingProxy {
  /** Bytes that clients have sent so far, HTTP headers included. */
  sent: () => number;
  stop: () => Promise<void>;
}

export async function startCountingProxy(port: number, target: number): Promise<CountingProxy> {
  let sent = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      // The other side sees the end; the client reports what it makes of it.
      socket.on("error", () => socket.destroy());
    }
    client.on("data", (data: Buffer) => (sent += data.length));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    sent: () => sent,
    stop: async () => {
      open.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
