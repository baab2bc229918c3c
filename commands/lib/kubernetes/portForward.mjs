// @ts-check
import net from "node:net";
import { Writable } from "node:stream";
import { Failure, npmRun } from "../command.mjs";
import { isWell } from "./pods.mjs";

/** REST port of the balancers' pods. */
const restPort = 8501;

/**
 * A way from this machine to the service of a stack.
 *
 * @typedef {object} Forward
 * @property {(url: string) => string} reach - a URL of the service, as it is reached from here
 * @property {() => void} close
 */

/**
 * Forwards a free port of 127.0.0.1 to a balancer of the stack, through the API server, as
 * `kubectl port-forward` does.
 *
 * @param {import("./cluster.mjs").Cluster} cluster
 * @param {string} namespace
 * @param {import("./pods.mjs").Pod[]} pods - of the stack
 * @param {string} stack
 * @returns {Promise<Forward>}
 */
export async function forwardToService({ library, config }, namespace, pods, stack) {
  const pod = pods.find((one) => one.part === "balancer" && isWell(one));
  if (!pod) {
    throw new Failure(
      `No balancer of the stack ${stack} is ready.`,
      `${npmRun("status", stack)} shows what runs, ${npmRun("logs balancer", stack)} what they say.`,
    );
  }
  const forward = new library.PortForward(config);
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const server = net.createServer(async (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    try {
      const tunnel = await forward.portForward(
        ...[namespace, pod.name, [restPort]],
        ...[socket, refusals(socket), socket],
      );
      const { terminate } = bothWays(tunnel, socket);
      socket.on("close", terminate);
    } catch {
      socket.destroy();
    }
  });
  const port = await listening(server);
  return {
    reach: (url) => {
      const local = new URL(url);
      local.host = `127.0.0.1:${port}`;
      return local.href;
    },
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

/**
 * Ends a connection of which the other end says that it cannot be had, such as a port that nobody
 * listens on. It says nothing, in an empty message, when all is well.
 *
 * @param {net.Socket} socket
 */
function refusals(socket) {
  return new Writable({
    write: (chunk, _encoding, done) => {
      if (chunk.length > 0) {
        socket.destroy();
      }
      done();
    },
  });
}

/**
 * @param {unknown} tunnel - a WebSocket
 * @param {net.Socket} socket
 * @returns {{ terminate: () => void }} ends the tunnel
 */
function bothWays(tunnel, socket) {
  const webSocket = /** @type {import("node:events").EventEmitter & { terminate: () => void }} */ (
    tunnel
  );
  webSocket.on("close", () => socket.end()).on("error", () => socket.destroy());
  return { terminate: () => webSocket.terminate() };
}

/**
 * @param {net.Server} server
 * @returns {Promise<number>} its port
 */
function listening(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () =>
      resolve(/** @type {net.AddressInfo} */ (server.address()).port),
    );
  });
}
