import { execFileSync, spawnSync } from "child_process";

const maxBuffer = 1 << 26;

/** Runs the docker CLI and gives what it printed. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: "pipe", maxBuffer }).trim();
}

/**
 * All that a container has printed.
 *
 * @param engine - options of the docker CLI that say which engine. @default - this machine's
 */
export function logs(id: string, ...engine: string[]): string {
  const args = [...engine, "logs", id];
  const { stdout, stderr } = spawnSync("docker", args, { encoding: "utf8", maxBuffer });
  return stdout + stderr;
}

/** The end of what the balancer of a stack has printed: it says why a request was lost. */
export function balancerSaid(label: string): string {
  const [balancer] = containers(label, "balancer");
  const command = `docker logs --timestamps --tail 80 ${balancer} 2>&1`;
  return execFileSync("sh", ["-c", command], { encoding: "utf8", maxBuffer });
}

/** Ids of the containers of a stack, of one part of it if named. */
export function containers(label: string, part?: string): string[] {
  const filters = [
    `label=tfserving.stack=${label}`,
    ...(part ? [`label=tfserving.part=${part}`] : []),
  ];
  const output = docker("ps", "-aq", "--no-trunc", ...filters.flatMap((f) => ["--filter", f]));
  return output.split("\n").filter(Boolean).sort();
}

/** Every Docker object of a stack, as `kind id`. */
export function objects(label: string): string[] {
  const filter = ["--filter", `label=tfserving.stack=${label}`];
  const list = (kind: string, ...args: string[]) =>
    docker(...args, ...filter)
      .split("\n")
      .filter(Boolean)
      .map((id) => `${kind} ${id}`);
  return [
    ...list("container", "ps", "-aq"),
    ...list("network", "network", "ls", "-q"),
    ...list("volume", "volume", "ls", "-q"),
  ];
}

/** What `docker inspect` says of one object. */
export function inspect(id: string): DockerObject {
  return JSON.parse(docker("inspect", id))[0];
}

/** The part of `docker inspect` of a container that tests look at. */
export interface DockerObject {
  Name: string;
  Image: string;
  RestartCount: number;
  State: { Pid: number; Status: string; Health?: { Status: string } };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
  Config: { Image: string; User: string; Env: string[]; Labels: Record<string, string> };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[];
    SecurityOpt: string[];
    Memory: number;
    MemorySwap: number;
    NanoCpus: number;
    Ulimits: { Name: string; Hard: number; Soft: number }[];
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
  };
}

/** What a balancer's container answers of itself at a path, such as `/metrics`, behind HTTP's header. */
export function statisticsOf(balancer: string, at = "/;csv"): string {
  const request = `printf 'GET ${at} HTTP/1.0\\r\\n\\r\\n' >&3`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/8404; ${request}; cat <&3`;
  return docker("exec", balancer, "bash", "-c", script);
}

/** Requests that each server of a HAProxy backend has answered, from its statistics page. */
export function requestsPerServer(balancer: string, backend: string): Record<string, number> {
  const page = statisticsOf(balancer);
  const [header, ...rows] = page.slice(page.indexOf("# pxname") + 2).split("\n");
  const column = (name: string) => header.split(",").indexOf(name);
  return Object.fromEntries(
    rows
      .map((row) => row.split(","))
      .filter((row) => row[column("pxname")] === backend && row[column("svname")] !== "BACKEND")
      .map((row) => [row[column("svname")], Number(row[column("stot")])] as [string, number])
      .filter(([, requests]) => requests > 0),
  );
}
