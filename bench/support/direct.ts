import { docker } from "../../test/support/docker";
import { Ports } from "./releaseLoad";

interface Replica {
  Config: { Image: string; User: string; Env: string[]; Cmd: string[] | null };
  HostConfig: { Memory: number; NanoCpus: number };
}

/**
 * Runs a twin of a stack's replica, published on 127.0.0.1 as the balancer is: the way to it is
 * the same but for the balancer. `later` gets its removal.
 */
export async function startTwin(
  replica: string,
  name: string,
  { restPort, grpcPort }: Ports,
  later: (cleanUp: () => unknown) => void,
): Promise<void> {
  const { Config, HostConfig } = JSON.parse(docker("inspect", replica))[0] as Replica;
  later(() => docker("rm", "--force", name));
  docker(
    ...["run", "--detach", "--name", name, "--user", Config.User, "--read-only"],
    ...["--tmpfs", "/tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges:true", "--memory", String(HostConfig.Memory)],
    ...["--cpus", String(HostConfig.NanoCpus / 1e9)],
    ...["--publish", `127.0.0.1:${restPort}:8501`, "--publish", `127.0.0.1:${grpcPort}:8500`],
    ...Config.Env.flatMap((one) => ["--env", one]),
    ...[Config.Image, ...(Config.Cmd ?? [])],
  );
  const deadline = Date.now() + 60_000;
  while (!ready(name)) {
    if (Date.now() > deadline) throw new Error(`${name} is not ready after 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function ready(name: string): boolean {
  try {
    docker("exec", name, "/usr/bin/tfserving-supervisor", "--check");
    return true;
  } catch {
    return false;
  }
}
