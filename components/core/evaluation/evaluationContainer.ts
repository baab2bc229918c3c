import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";
import { extract, pack } from "tar-fs";
import { readText } from "../arguments/readText";
import { stackLabel } from "../stack/stackLabel";
import { lastWords } from "../serving/lastWords";
import { endedBeforeReady } from "../serving/startFailure";
import { imageUser, type SupervisedServer } from "../serving/supervisor";

/** A container that asks the server of its own image. */
export interface EvaluationContainer {
  /** Id of the image. */
  image: string;
  /** Value of the label `tfserving.stack`. */
  stack: string;
  /** What is evaluated, unique in its stack: what an earlier run of it left is removed. */
  name: string;
  server: SupervisedServer;
  cpus: number;
  memoryMb: number;
  gpus?: string;
  timeoutSeconds: number;
}

const script = path.join(__dirname, "ask-model");
/** Where everything is, in the container. */
const place = "evaluation";
// Docker may be slow to end it; after that it ends by itself, also where nobody waits any more.
const graceSeconds = 60;
const keptCharacters = 20_000;

/**
 * Runs an image once: its server is asked what lies in `<folder>/requests`, and its answers are put
 * into `<folder>/answers`. The container is on no network, and is removed in any case; one whose
 * program was killed ends by itself, and the next run removes it.
 *
 * @param answered - is called with the number of requests that have been answered
 * @throws Error that says why there are no answers, with the last words of the server
 */
export async function askContainer(
  docker: Docker,
  what: EvaluationContainer,
  folder: string,
  answered: (count: number) => void,
): Promise<void> {
  const labels = labelsOf(what);
  await removeLeft(docker, labels);
  await fs.mkdir(path.join(folder, "answers"));
  await fs.writeFile(path.join(folder, "ask-model"), readText(script));
  const container = await docker.createContainer(await optionsOf(docker, what, labels));
  try {
    await container.putArchive(packed(folder), { path: "/" });
    await container.start();
    await followed(docker, container, what.timeoutSeconds, answered);
    const answers = await container.getArchive({ path: `/${place}/answers` });
    await finished(answers.pipe(extract(folder)));
  } finally {
    await container.remove({ force: true }).catch(() => undefined);
  }
}

function labelsOf({ stack, name }: EvaluationContainer): Record<string, string> {
  return { [stackLabel]: stack, "tfserving.part": "evaluation", "tfserving.evaluation": name };
}

async function removeLeft(docker: Docker, labels: Record<string, string>): Promise<void> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  for (const { Id } of await docker.listContainers({ all: true, filters: { label } })) {
    await docker
      .getContainer(Id)
      .remove({ force: true })
      .catch(() => undefined);
  }
}

async function optionsOf(
  docker: Docker,
  { image, stack, name, server, cpus, memoryMb, gpus, timeoutSeconds }: EvaluationContainer,
  labels: Record<string, string>,
): Promise<Docker.ContainerCreateOptions> {
  const { NCPU } = (await docker.info()) as { NCPU: number };
  const bytes = memoryMb * 2 ** 20;
  const hash = createHash("sha256").update(`${stack} ${name} ${Date.now()}`).digest("hex");
  return {
    name: `${name}-evaluation-${hash.slice(0, 7)}`,
    Image: image,
    Labels: labels,
    User: `${imageUser}:${imageUser}`,
    Entrypoint: [
      ...["timeout", "--signal=KILL", String(timeoutSeconds + graceSeconds)],
      ...["bash", `/${place}/ask-model`],
    ],
    Cmd: server.flags,
    Env: server.environment.map(([variable, value]) => `${variable}=${value}`),
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      NanoCpus: Math.round(Math.min(cpus, NCPU) * 1e9),
      ...{ Memory: bytes, MemorySwap: bytes },
      ...(gpus && { DeviceRequests: [gpuRequest(gpus)] }),
    },
  };
}

/** As the provider reads the same words. */
function gpuRequest(gpus: string): Docker.DeviceRequest {
  const [, devices] = /^device=(.*)$/.exec(gpus) ?? [];
  const which = devices ? { DeviceIDs: devices.split(",") } : { Count: -1 };
  return { Driver: "nvidia", Capabilities: [["gpu"]], ...which };
}

/** The folder as it lies in the container, whose user writes answers. */
function packed(folder: string): NodeJS.ReadableStream {
  return pack(folder, {
    map: (header) => {
      const name = path.posix.join(place, header.name);
      const mode = header.type === "directory" ? 0o755 : 0o644;
      return Object.assign(header, { name, mode, uid: imageUser, gid: imageUser });
    },
  });
}

/** Waits until a container has ended well. */
async function followed(
  docker: Docker,
  container: Docker.Container,
  timeoutSeconds: number,
  answered: (count: number) => void,
): Promise<void> {
  let said = "";
  let count = 0;
  let late = false;
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said += chunk.toString();
      const now = said.match(/^ask-model: answered \d+$/gm)?.length ?? 0;
      if (now > count) answered((count = now));
      done();
    },
  });
  const logs = await container.logs({ follow: true, stdout: true, stderr: true });
  docker.modem.demuxStream(logs, sink, sink);
  const timer = setTimeout(() => {
    late = true;
    void container.kill().catch(() => undefined);
  }, timeoutSeconds * 1000);
  try {
    const { StatusCode: code } = await container.wait();
    await finished(logs).catch(() => undefined);
    const words = lastWords(said.slice(-keptCharacters));
    if (late) {
      throw new Error(
        `its server is not done after ${timeoutSeconds} s, with ${count} requests answered: raise timeoutSeconds, ` +
          `or use less data.${words}`,
      );
    }
    if (code !== 0) {
      const { OOMKilled } = (await container.inspect()).State;
      throw new Error(
        count === 0
          ? `its server ${endedBeforeReady(code, OOMKilled)}.${words}`
          : `its server ended with code ${code} after ${count} requests${OOMKilled ? ", out of memory: raise memoryMb" : ""}.${words}`,
      );
    }
  } finally {
    clearTimeout(timer);
  }
}
