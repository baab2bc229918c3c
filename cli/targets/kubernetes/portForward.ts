import type { EventEmitter } from "node:events";
import net from "node:net";
import { Writable } from "node:stream";
import { npmRun } from "../../output/console";
import { Failure } from "../../output/failure";
import type { Entrance, Reach } from "../target";
import { atLocalPort, listening } from "../tunnel";
import type { Cluster } from "./cluster";
import type { Pod } from "./pods";

/** What leads where: the part whose pod is called, and its port. */
const entrances: Record<Entrance, { part: string; port: number }> = {
  rest: { part: "balancer", port: 8501 },
  notebook: { part: "notebook", port: 8888 },
};

/**
 * Forwards a port of 127.0.0.1 to a pod of the stack, through the API server, as
 * `kubectl port-forward` does.
 *
 * @param port - of this machine; 0 for a free one
 * @throws Failure where no pod is ready for it
 */
export async function forward(
  { library, config }: Cluster,
  namespace: string,
  pods: Pod[],
  entrance: Entrance,
  port: number,
  stack: string,
): Promise<Reach> {
  const to = entrances[entrance];
  const pod = pods.find(({ part, well }) => part === to.part && well);
  if (!pod) {
    throw new Failure(
      `No ${to.part} of the stack ${stack} is ready.`,
      `${npmRun("status", stack)} shows what runs, ${npmRun(`logs ${to.part}`, stack)} what they say.`,
    );
  }
  const forward = new library.PortForward(config);
  const sockets = new Set<net.Socket>();
  const server = net.createServer(async (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    try {
      const tunnel = await forward.portForward(
        namespace,
        pod.name,
        [to.port],
        socket,
        refusals(socket),
        socket,
      );
      const { terminate } = bothWays(tunnel, socket);
      socket.on("close", terminate);
    } catch {
      socket.destroy();
    }
  });
  const local = await listening(server, port);
  return {
    url: (of) => atLocalPort(of, local),
    forwarded: true,
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

/**
 * Ends a connection of which the other end says that it cannot be had, such as a port that nobody
 * listens on. It says nothing, in an empty message, when all is well.
 */
function refusals(socket: net.Socket): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0) {
        socket.destroy();
      }
      done();
    },
  });
}

/** Ends a socket with its WebSocket, and gives what ends that. */
function bothWays(tunnel: unknown, socket: net.Socket): { terminate: () => void } {
  const webSocket = tunnel as EventEmitter & { terminate: () => void };
  webSocket.on("close", () => socket.end()).on("error", () => socket.destroy());
  return { terminate: () => webSocket.terminate() };
}
