import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { debianTool } from "./debianTool";
import { addNamespace, dockerOn, endMachine, ip } from "./ownMachine";
import { namespaces, removeNamespace, startMachine } from "./ownMachine";

/** A Docker Engine on a node of its own: network, processes, files and host name apart from others. */
export interface SwarmNode {
  name: string;
  /** IPv4 address on the network between the nodes, reachable from this machine. */
  address: string;
  /** Docker host, `unix://...`. */
  host: string;
  /** All cords at once: the others get no word of it, not even that connections have ended. */
  unplug: () => Promise<void>;
}

/** A swarm of one manager, the first node, and workers. */
export interface TestSwarm {
  nodes: SwarmNode[];
  stop: () => Promise<void>;
}

/** A machine room: a switch that this machine is connected to. */
export interface MachineRoom {
  /** This machine's own address on the switch. */
  address: string;
  /** Starts engines, without images, and joins them into a swarm. */
  startSwarm: (nodes: number, insecureRegistry: string) => Promise<TestSwarm>;
  close: () => void;
}

/**
 * Opens a machine room. Each is a subnet of its own, so that two tests can have one each.
 *
 * @param number - 0 to 255: its subnet is 10.87.<number>.0/24
 */
export function openMachineRoom(number = 0): MachineRoom {
  debianTool("ip", "iproute2");
  const room = `tfroom${number}`;
  const subnet = `10.87.${number}`;
  clear(room);
  // In a namespace of its own, where no firewall of this machine looks at what is switched.
  ip("netns", "add", room);
  ip("-n", room, "link", "add", "switch", "type", "bridge");
  ip("-n", room, "link", "set", "switch", "up");
  plugIn(room, "here", room);
  ip("addr", "add", `${subnet}.1/24`, "dev", room);
  ip("link", "set", room, "up");
  return {
    address: `${subnet}.1`,
    startSwarm: (nodes, insecureRegistry) => startSwarm(room, subnet, nodes, insecureRegistry),
    close: () => clear(room),
  };
}

/** A cable from the switch to an interface of this machine, or of a namespace. */
function plugIn(room: string, port: string, end: string, namespace?: string): void {
  const far = namespace ? ["netns", namespace] : [];
  ip("link", "add", end, ...far, "type", "veth", "peer", "name", port, "netns", room);
  ip("-n", room, "link", "set", port, "master", "switch", "up");
}

async function startSwarm(
  room: string,
  subnet: string,
  count: number,
  insecureRegistry: string,
): Promise<TestSwarm> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfswarm-"));
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startNode(room, `node${index + 1}`, `${subnet}.${11 + index}`, folder, insecureRegistry),
    ),
  );
  const [manager, ...workers] = nodes;
  // Apart from the nodes' own subnet.
  const pool = ["--default-addr-pool", `10.${88 + Number(subnet.split(".")[2])}.0.0/16`];
  dockerOn(manager, "swarm", "init", "--advertise-addr", manager.address, ...pool);
  const token = dockerOn(manager, "swarm", "join-token", "--quiet", "worker");
  for (const worker of workers) {
    const self = ["--advertise-addr", worker.address];
    dockerOn(worker, "swarm", "join", ...self, "--token", token, `${manager.address}:2377`);
  }
  return {
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.unplug()));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startNode(
  room: string,
  name: string,
  address: string,
  folder: string,
  insecureRegistry: string,
): Promise<SwarmNode> {
  const namespace = `${room}${name}`;
  addNamespace(namespace, address, () => plugIn(room, name, "eth0", namespace));
  const files = path.join(folder, name);
  fs.mkdirSync(files);
  fs.writeFileSync(path.join(files, "daemon.json"), "{}");
  const script = `
    hostname ${name}
    mount -t tmpfs run /run
    : > /run/resolv.conf && mount --bind /run/resolv.conf /etc/resolv.conf
    dockerd --config-file ${files}/daemon.json --data-root ${files}/data \
      --host unix://${files}/docker.sock --cgroup-parent /${namespace} \
      --insecure-registry ${insecureRegistry} & wait`;
  const host = `unix://${files}/docker.sock`;
  const shell = await startMachine(namespace, files, script, host);
  const unplug = async () => {
    if (namespaces().includes(namespace)) ip("-n", room, "link", "set", name, "down");
    await endMachine(shell, namespace);
    removeNamespace(namespace);
  };
  return { name, address, host, unplug };
}

/** Also what a test that was killed itself has left. */
function clear(room: string): void {
  for (const namespace of namespaces().filter((name) => name.startsWith(`${room}node`))) {
    removeNamespace(namespace);
  }
  if (namespaces().includes(room)) {
    ip("netns", "del", room);
  }
  // The namespace goes on until its last process has ended: its cable is cut at once, if it is there.
  spawnSync("ip", ["link", "del", room]);
}
