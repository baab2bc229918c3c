import { ChildProcess, execFileSync, spawn, spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { debianTool } from "./debianTool";

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

const startSeconds = 60;

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
  ip("netns", "add", namespace);
  plugIn(room, name, "eth0", namespace);
  ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
  ip("-n", namespace, "link", "set", "eth0", "up");
  ip("-n", namespace, "link", "set", "lo", "up");
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
  const log = fs.openSync(path.join(files, "log"), "w");
  // The shell is process 1 of the node: when it ends, the kernel ends all of the node's processes.
  const shell = spawn(
    "nsenter",
    [
      `--net=/run/netns/${namespace}`,
      ...["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["sh", "-c", script],
    ],
    { stdio: ["ignore", log, log] },
  );
  const host = `unix://${files}/docker.sock`;
  await answering(host, shell, path.join(files, "log"));
  const unplug = async () => {
    if (namespaces().includes(namespace)) ip("-n", room, "link", "set", name, "down");
    await end(shell, namespace);
  };
  return { name, address, host, unplug };
}

async function answering(host: string, shell: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + startSeconds * 1000;
  while (Date.now() < end && shell.exitCode === null) {
    try {
      execFileSync("docker", ["--host", host, "version"], { stdio: "ignore" });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error(`The engine at ${host} does not answer:\n${fs.readFileSync(log, "utf8")}`);
}

async function end(shell: ChildProcess, namespace: string): Promise<void> {
  if (shell.exitCode === null && shell.signalCode === null) {
    const ended = new Promise((resolve) => shell.once("exit", resolve));
    shell.kill("SIGKILL");
    await ended;
  }
  remove(namespace);
}

/** Also what a test that was killed itself has left. */
function clear(room: string): void {
  for (const namespace of namespaces().filter((name) => name.startsWith(`${room}node`))) {
    remove(namespace);
  }
  if (namespaces().includes(room)) {
    ip("netns", "del", room);
  }
  // The namespace goes on until its last process has ended: its cable is cut at once, if it is there.
  spawnSync("ip", ["link", "del", room]);
}

function remove(namespace: string): void {
  if (namespaces().includes(namespace)) {
    const processes = ip("netns", "pids", namespace).split("\n").filter(Boolean);
    processes.forEach((id) => process.kill(Number(id), "SIGKILL"));
    ip("netns", "del", namespace);
  }
  removeGroups(namespace);
}

/** The engine was killed before it could remove the control groups of its containers. */
function removeGroups(namespace: string): void {
  const find = `find /sys/fs/cgroup -depth -type d -path '*/${namespace}*' -exec rmdir {} + || true`;
  execFileSync("sh", ["-c", find], { stdio: "ignore" });
}

function namespaces(): string[] {
  return ip("netns", "list")
    .split("\n")
    .map((line) => line.split(" ")[0])
    .filter(Boolean);
}

function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: "pipe" }).trim();
}

/** Runs the docker CLI on a node. */
export function dockerOn(node: Pick<SwarmNode, "host">, ...args: string[]): string {
  return execFileSync("docker", ["--host", node.host, ...args], {
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}
