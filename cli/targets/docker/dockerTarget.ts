import { Readable } from "node:stream";
import type Docker from "dockerode";
import { connectEngine } from "@tf-model-serving/core/facts";
import { npmRun } from "../../output/console";
import { Failure } from "../../output/failure";
import { renderTable } from "../../output/table";
import { dockerCommand, requireEngine } from "../../setup/engine";
import { type LogSource, streamedLines, writeLogs } from "../logLines";
import { digestIn, notebookText, serviceAddresses } from "../outputs";
import type {
  Deployment,
  Leftovers,
  LogRequest,
  Part,
  StackContext,
  StackStatus,
  Target,
} from "../target";
import {
  type Container,
  imageNames,
  isWell,
  listContainers,
  nameOf,
  ofStack,
  selectContainers,
} from "./containers";
import { unusedImages } from "./images";
import { recover } from "./interrupted";
import { reachableUrl, reachDocker } from "./reach";
import { roomOf } from "./room";
import { listTasks, swarmObjects } from "./tasks";

/** A Docker Engine, and the swarm that it manages. */
export function dockerTarget(context: StackContext): Target {
  const { host, label } = context;
  // Without a time limit: logs are followed, and a container takes its time to stop.
  const engine = connectEngine(host, 0);
  return {
    place: "Docker",
    connect: async () => {
      const { version } = await requireEngine(host);
      return [{ subject: "docker", text: `${version} at ${host}` }];
    },
    status: () => statusOf(context, engine),
    logs: async (request, write) => {
      const selected = selectContainers(await listParts(engine, label), request.which);
      if (selected.length === 0) {
        throw nothingToShow(context, request.which);
      }
      await writeLogs(
        selected.map((part) => logSource(engine, part)),
        request,
        write,
      );
    },
    reach: (entrance, port) => reachDocker(context, entrance, port),
    recover: () => recover(context, engine, dockerCommand(host)),
    leftovers: (before) => leftoversOf(context, engine, before),
    room: () => roomOf(context, engine),
    hasImage: (image) => hasImage(engine, image),
    digestOf: (image) => digestOf(engine, image),
  };
}

/** All that runs of a stack: containers of the engine, and tasks on whatever node of its swarm. */
async function listParts(engine: Docker, label: string): Promise<Container[]> {
  const [containers, tasks] = await Promise.all([
    listContainers(engine, label),
    listTasks(engine, label),
  ]);
  return [...containers, ...tasks];
}

async function statusOf(context: StackContext, engine: Docker): Promise<StackStatus> {
  const { host, label, stack } = context;
  const [listed, outputs] = await Promise.all([listParts(engine, label), context.outputs()]);
  // One writes the balancer's configuration and ends, others ask a model before its release.
  const lasting = listed.filter(({ part }) => !["balancer-config", "evaluation"].includes(part));
  const names = await imageNames(engine, lasting);
  const parts = lasting.map((container) => partOf(container, names));
  const replicas = parts.filter(({ part }) => part === "replica").length;
  return {
    parts,
    table: tableOf(parts),
    addresses: outputs?.restUrl
      ? [
          ...serviceAddresses(outputs),
          { subject: "notebook", text: notebookText(outputs.notebookUrl, stack, false) },
        ]
      : [],
    complete: replicas === outputs?.replicas && parts.every(({ well }) => well),
    ...(outputs?.restUrl && !host.startsWith("ssh:") && !reachableUrl(outputs.restUrl, host)
      ? { silent: `it is published on ${host} itself` }
      : {}),
    remarks: [],
  };
}

function partOf(container: Container, names: Map<string, string>): Part {
  const { part, number, version, node, state, health, since, image } = container;
  return {
    ...{ part, id: number, version, node, state, health, since },
    image: names.get(image) ?? image,
    well: isWell(container),
  };
}

function tableOf(parts: Part[]): string[] {
  const onNodes = parts.some(({ node }) => node);
  return renderTable(
    [
      ...["PART", "NUMBER", "VERSION"],
      ...(onNodes ? ["NODE"] : []),
      ...["STATE", "HEALTH", "SINCE", "IMAGE"],
    ],
    parts.map(({ part, id, version, node, state, health, since, image }) => [
      ...[part, id || "-", version || "-"],
      ...(onNodes ? [node || "-"] : []),
      ...[state, health || "-", since, image],
    ]),
  );
}

function logSource(engine: Docker, part: Container): LogSource {
  // A task may be on another node, from which Swarm fetches what it says.
  const from = (
    part.node === undefined
      ? engine.getContainer(part.id)
      : (engine.getTask(part.id) as unknown as Docker.Container)
  ) as { logs(options: object): Promise<Buffer | Readable> };
  return {
    name: nameOf(part),
    lines: ({ tail, follow, sinceSeconds }: LogRequest) =>
      streamedLines(async (into) => {
        const said = await from.logs({
          ...{ stdout: true, stderr: true, timestamps: true, tail, follow },
          ...(sinceSeconds ? { since: Math.floor(Date.now() / 1000) - sinceSeconds } : {}),
        });
        const stream = Buffer.isBuffer(said) ? Readable.from(pieces(said)) : said;
        engine.modem.demuxStream(stream, into, into);
        stream.on("end", () => into.end()).on("close", () => into.end());
        into.on("close", () => stream.destroy());
      }),
  };
}

/** For each line in a piece demuxStream copies, and keeps on the call stack, what is left of the piece. */
function* pieces(said: Buffer): Generator<Buffer> {
  const bytes = 16 * 1024;
  for (let at = 0; at < said.length; at += bytes) {
    yield said.subarray(at, at + bytes);
  }
}

function nothingToShow({ host, label, stack }: StackContext, which: string | undefined): Failure {
  return new Failure(
    `The stack ${label} has no ${which ? `such container (${which})` : "container"} at ${host}.`,
    `${npmRun("status", stack)} shows what there is, ${npmRun("up", stack)} starts it.`,
  );
}

/** What was pushed can be had from its registry again. */
async function hasImage(engine: Docker, image: string): Promise<boolean> {
  return (await digestOf(engine, image)) !== undefined;
}

async function digestOf(engine: Docker, image: string): Promise<string | undefined> {
  const local = () => engine.getImage(image).inspect();
  return (
    digestIn(image) ??
    local().then(
      ({ Id }) => Id,
      () => undefined,
    )
  );
}

async function leftoversOf(
  context: StackContext,
  engine: Docker,
  before: Deployment | undefined,
): Promise<Leftovers> {
  const { label, host } = context;
  const docker = dockerCommand(host);
  const filters = ofStack(label);
  const [containers, networks, volumes, swarm] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
    swarmObjects(engine, label),
  ]);
  const found = [
    // First: an engine starts a service's tasks again, and keeps a network that has some.
    ...swarm.map(({ kind, names }) => ({ remove: `${kind} rm`, names })),
    { remove: "rm --force", names: containers.map(({ Names }) => Names[0].replace(/^\//, "")) },
    { remove: "network rm", names: networks.map(({ Name }) => Name) },
    { remove: "volume rm", names: (volumes.Volumes ?? []).map(({ Name }) => Name) },
  ];
  const images = before ? await unusedImages(engine, before, context.otherRecords()) : [];
  return {
    strays: found
      .filter(({ names }) => names.length > 0)
      .map(({ remove, names }) => `${docker} ${remove} ${names.join(" ")}`),
    stays:
      images.length > 0
        ? [
            { subject: "images", text: "kept, so that the next start is quick; to remove them:" },
            { subject: "", text: `${docker} image rm ${images.join(" ")}` },
          ]
        : [],
  };
}
