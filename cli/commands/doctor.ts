import { existsSync, statfsSync } from "node:fs";
import { inspectEngine } from "@tf-model-serving/core";
import { isLocalEngine, loginOf, parseImageReference } from "@tf-model-serving/core/facts";
import { coloursFor } from "../output/colour";
import { npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { engineInfo, requireEngine } from "../setup/engine";
import { isPresent, wantedImages } from "../setup/images";
import { hasCli, pinnedVersion, pluginNeeds } from "../setup/pulumiHome";
import { standInNames, standInRule } from "../setup/standIns";
import { canBuild, downloadSite, inWords, missingParts, statusOf } from "../setup/toolchain";
import type { Workspace } from "../setup/workspace";
import { targetOf } from "../targets";

/** What was found out about one thing that a stack needs. */
export interface Finding {
  readonly subject: string;
  /** `stop`: it stands in the way; `mind`: worth knowing, such as what `up` puts right by itself. */
  readonly state: "good" | "mind" | "stop";
  readonly text: string;
  /** What to do where it is not good. */
  readonly advice?: string;
}

const gibibyte = 2 ** 30;
/** What images, layers and a build of the sample take, and what a large model may. */
const room = { needed: 3 * gibibyte, wanted: 15 * gibibyte };

/** Shows what stands in the way of a stack, and what to do about it; 1 where something does. */
export async function doctor(workspace: Workspace): Promise<number> {
  const paint = coloursFor(process.stdout);
  const marks = { good: paint.green("ok  "), mind: paint.yellow("note"), stop: paint.red("STOP") };
  let stops = 0;
  for (const check of [tools, place, images, disk, ports, pushRegistry, backend]) {
    for (const { subject, state, text, advice } of await check(workspace)) {
      stops += state === "stop" ? 1 : 0;
      say(`${marks[state]}  ${subject.padEnd(10)} ${text}`);
      if (advice && state !== "good") {
        say(`${" ".repeat(17)}${advice}`);
      }
    }
  }
  const next = npmRun("up", workspace.stack);
  say(
    stops === 0 ? `\nNothing stands in the way. Next: ${next}` : `\n${stops} to put right first.`,
  );
  return stops === 0 ? 0 : 1;
}

async function tools({ env, setting, stack }: Workspace): Promise<Finding[]> {
  const missing = missingParts(env, pluginNeeds(setting));
  const pulumi: Finding =
    missing.length === 0
      ? { subject: "pulumi", state: "good", text: `${pinnedVersion()}, and its plugins` }
      : (await statusOf(downloadSite, env)) || canBuild(missing)
        ? {
            ...{ subject: "pulumi", state: "mind", text: `${inWords(missing)}: not installed` },
            advice: `${npmRun("up", stack)} installs it.`,
          }
        : {
            ...{ subject: "pulumi", state: "stop", text: `${inWords(missing)}: not installed` },
            advice: `${downloadSite} cannot be reached from here: open the way to it (HTTPS_PROXY).`,
          };
  return [{ subject: "node", state: "good", text: process.versions.node }, pulumi];
}

/** The engine, cluster or account that the stack runs on, and the engine that builds for it. */
async function place(workspace: Workspace): Promise<Finding[]> {
  const { host, setting, env } = workspace;
  const found: Finding[] = [];
  const elsewhere = ["kubernetes", "ecs"].includes(String(setting("target")));
  if (elsewhere && hasCli(env)) {
    found.push(...(await connected(workspace)));
  }
  if (elsewhere && setting("image")) {
    return found;
  }
  const engine = await tried("docker", () => requireEngine(host));
  if ("state" in engine) {
    return [...found, engine];
  }
  const { version, architecture } = engine;
  return [
    ...found,
    architecture === "amd64"
      ? { subject: "docker", state: "good", text: `${version} at ${host}` }
      : {
          ...{ subject: "docker", state: "stop", text: `${host} runs ${architecture} containers` },
          advice: "TensorFlow Serving's image is for amd64: set host to an engine of that kind.",
        },
  ];
}

async function connected(workspace: Workspace): Promise<Finding[]> {
  const facts = await tried("target", () => targetOf(workspace).connect());
  return "state" in facts ? [facts] : facts.map((fact): Finding => ({ ...fact, state: "good" }));
}

/** Base images: there, or behind a registry that answers, or replaced by stand-ins. */
async function images(workspace: Workspace): Promise<Finding[]> {
  const { host, env } = workspace;
  if (!(await engineInfo(host))) {
    return [];
  }
  const rule = await standInRule(workspace.setting, host);
  return Promise.all(
    wantedImages(workspace, standInNames(), rule).map(async (wanted): Promise<Finding> => {
      const { key, image } = wanted;
      const canStandIn = wanted.standIn && !wanted.noStandIn && !wanted.explicit;
      const text = `${key} ${image}`;
      if (await isPresent(host, image)) {
        return { subject: "image", state: "good", text: `${text}, on the engine` };
      }
      const registry = registryOf(image);
      if (await statusOf(`https://${registry}/v2/`, env)) {
        const login = loginOf(image) ? ", logged in" : "";
        return { subject: "image", state: "good", text: `${text}, at ${registry}${login}` };
      }
      return {
        ...{ subject: "image", state: canStandIn ? "mind" : "stop" },
        text: `${text}: ${registry} cannot be reached from here`,
        advice: canStandIn
          ? `${npmRun("up", workspace.stack)} builds a stand-in, for this machine only.`
          : `open the way to it (HTTPS_PROXY), or set ${key} to an image that can be had.`,
      };
    }),
  );
}

async function disk({ host, root }: Workspace): Promise<Finding[]> {
  const info = isLocalEngine(host) ? await engineInfo(host) : undefined;
  const folders = [root, ...(info?.DockerRootDir ? [info.DockerRootDir] : [])];
  return folders.filter(existsSync).map((folder): Finding => {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    return {
      subject: "disk",
      state: free < room.needed ? "stop" : free < room.wanted ? "mind" : "good",
      text: `${(free / gibibyte).toFixed(1)} GiB free at ${folder}`,
      advice: "docker system df shows what takes room; docker image prune frees some.",
    };
  });
}

/** Host ports of the stack that somebody else holds. */
async function ports({ host, label, setting, stack }: Workspace): Promise<Finding[]> {
  const isDocker = ["docker", "swarm"].includes(String(setting("target")));
  if (!isDocker || !(await engineInfo(host))) {
    return [];
  }
  const keys = ["restPort", "grpcPort", "notebookPort"].filter(
    (key) => key !== "notebookPort" || String(setting("notebook")) !== "false",
  );
  const wanted = keys
    .map((key) => ({ key, port: Number(setting(key)) }))
    .filter(({ port }) => port);
  const address = String(setting("publishAddress") ?? "127.0.0.1");
  const { takenPorts } = await inspectEngine(
    host,
    wanted.map(({ port }) => ({ port, address })),
  );
  return wanted.map(({ key, port }): Finding => {
    const taken = takenPorts.find((one) => one.port === port && one.stack !== label);
    return taken
      ? {
          ...{ subject: "port", state: "stop", text: `${key} ${port} is held by ${taken.holder}` },
          advice: `end that, or ${npmRun(`pulumi -- config set ${key} PORT`, stack)}.`,
        }
      : { subject: "port", state: "good", text: `${key} ${port}` };
  });
}

/** The registry that the serving image is pushed to. */
async function pushRegistry({ setting, explicit, env, stack }: Workspace): Promise<Finding[]> {
  const registry = String(setting("registry") ?? "");
  if (!registry) {
    return [];
  }
  const scheme = String(setting("registryPlainHttp")) === "true" ? "http" : "https";
  const login = explicit("registryPassword") !== undefined || loginOf(`${registry}/x`);
  const host = registry.split("/")[0];
  if (!(await statusOf(`${scheme}://${host}/v2/`, env))) {
    return [
      {
        ...{ subject: "registry", state: "stop", text: `${host} cannot be reached from here` },
        advice: "see that the setting registry is right, and open the way to it (HTTPS_PROXY).",
      },
    ];
  }
  return [
    login || scheme === "http"
      ? { subject: "registry", state: "good", text: host }
      : {
          ...{ subject: "registry", state: "mind", text: `${host}: no login is known` },
          advice: `docker login ${host}, or ${npmRun("pulumi -- config set --secret registryPassword PASSWORD", stack)}.`,
        },
  ];
}

/** Where the state is, and whether it can be read. */
async function backend(workspace: Workspace): Promise<Finding[]> {
  const { url, own, because } = workspace.backend;
  const text = `${url} (${because})`;
  if (own || !hasCli(workspace.env)) {
    return [{ subject: "state", state: "good", text }];
  }
  const read = await tried("state", () => workspace.outputs().then((outputs) => ({ outputs })));
  return ["state" in read ? read : { subject: "state", state: "good", text }];
}

async function tried<T extends object>(
  subject: string,
  ask: () => Promise<T>,
): Promise<T | Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Failure)) {
      throw error;
    }
    return { subject, state: "stop", text: error.message, advice: error.advice };
  }
}

/** The host that an image is pulled from. */
function registryOf(image: string): string {
  const reference = parseImageReference(image);
  return ("registry" in reference && reference.registry) || "registry-1.docker.io";
}
