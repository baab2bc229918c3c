import * as os from "node:os";
import * as path from "node:path";
import { namesServing, parseImageReference } from "@tf-model-serving/core/facts";
import { below, type Entry, namedValues, type Place, type Trouble } from "./composeTree";
import {
  commandWords,
  type Dockerfile,
  type Mount,
  readDockerfile,
  textOfFile,
} from "./dockerfile";
import { readEnvFile, type Variables } from "./variables";

/** A value with the place that it comes from. */
export interface Placed {
  readonly value: string;
  readonly place: Place;
}

/** A service of a compose file, with what its Dockerfile adds. */
export interface Service {
  readonly name: string;
  readonly entry: Entry;
  /** @default - the file has no `image` */
  readonly image?: Entry;
  /** @default - it is not built, or its Dockerfile cannot be read */
  readonly dockerfile?: Dockerfile;
  /** The compose file's own ones first. */
  readonly mounts: Mount[];
  readonly environment: Map<string, Placed>;
  /** Words of its entrypoint and its command. */
  readonly words: Placed[];
  /** What it names and is not there. */
  readonly troubles: Trouble[];
}

/** What reading a service needs besides. */
export interface Surroundings {
  /** The compose file's own folder, absolute. */
  readonly folder: string;
  readonly root: Entry;
  readonly variables: Variables;
}

interface Reading extends Surroundings {
  readonly troubles: Trouble[];
}

/** Reads a service with all that it is made from. */
export function readService(name: string, entry: Entry, surroundings: Surroundings): Service {
  const around = { ...surroundings, troubles: [] };
  const dockerfile = dockerfileOf(entry, around);
  const image = below(entry, "image");
  const environment = new Map<string, Placed>(
    (dockerfile?.environment ?? []).map(({ name: key, ...one }) => [key, one]),
  );
  for (const [key, value] of environmentOf(entry, around)) {
    environment.set(key, value);
  }
  const own = below(entry, "entrypoint");
  const entrypoint = own ? wordsOf(own) : placed(dockerfile?.entrypoint);
  const command = below(entry, "command");
  const isReplaced = own !== undefined;
  return {
    ...{ name, entry, image, dockerfile, environment, troubles: around.troubles },
    mounts: [...mountsOf(entry, around), ...[...(dockerfile?.copies ?? [])].reverse()],
    words: [
      ...entrypoint,
      ...(command ? wordsOf(command) : isReplaced ? [] : placed(dockerfile?.command)),
    ],
  };
}

function placed(command: Dockerfile["command"]): Placed[] {
  return (command?.words ?? []).map((value) => ({ value, place: command!.place }));
}

/** Words of a text or a list. */
function wordsOf(entry: Entry): Placed[] {
  return entry.items
    ? entry.items.map((item) => ({ value: item.text ?? "", place: item }))
    : commandWords(entry.text ?? "").map((value) => ({ value, place: entry }));
}

function environmentOf(entry: Entry, { folder, variables, troubles }: Reading) {
  const file = below(entry, "env_file");
  const files = file === undefined ? [] : (file.items ?? [file]);
  const fromFiles = files.flatMap((one) => {
    const name = one.text ?? below(one, "path")?.text ?? "";
    const text = textOfFile(path.resolve(folder, name));
    if (text === undefined && below(one, "required")?.text !== "false") {
      troubles.push({ place: one, reason: `is "${name}", which is no file in ${folder}` });
    }
    return Object.entries(readEnvFile(text ?? "")).map(([key, value]): [string, Placed] => [
      key,
      { value, place: one },
    ]);
  });
  const own = namedValues(below(entry, "environment")).map(({ name, value, place }) => [
    name,
    { value: value ?? variables[name] ?? "", place },
  ]);
  return [...fromFiles, ...(own as [string, Placed][])];
}

/**
 * The Dockerfile of a service that is built; of one whose image is built by hand, as for `docker stack
 * deploy`, the one beside the compose file, if that makes a TensorFlow Serving image.
 */
function dockerfileOf(entry: Entry, around: Reading): Dockerfile | undefined {
  const build = below(entry, "build");
  const { folder, troubles } = around;
  if (build === undefined) {
    const image = below(entry, "image")?.text;
    const beside = textOfFile(path.join(folder, "Dockerfile"));
    const read =
      beside !== undefined && image !== undefined && mayBeServing(image) && !isPublic(image)
        ? readDockerfile(beside, { file: "Dockerfile", context: folder, args: {} })
        : undefined;
    return read && isServingImage(read.from.image) ? read : undefined;
  }
  const context = build.text ?? below(build, "context")?.text ?? ".";
  if (/^(\w+:\/\/|git@)/.test(context)) {
    troubles.push({
      place: build,
      reason: `is built from ${context}: check it out, and name the folder`,
    });
    return undefined;
  }
  const inline = below(build, "dockerfile_inline");
  const at = path.resolve(folder, context);
  const file = path.resolve(at, below(build, "dockerfile")?.text ?? "Dockerfile");
  const text = inline?.text ?? textOfFile(file);
  if (text === undefined) {
    troubles.push({ place: build, reason: `is built from ${file}, which is no file` });
    return undefined;
  }
  const args = namedValues(below(build, "args")).map(({ name, value }) => [
    name,
    value ?? around.variables[name],
  ]);
  const read = readDockerfile(text, {
    file: inline ? inline.file : path.relative(folder, file),
    ...{ context: at, args: Object.fromEntries(args) as Variables },
    target: below(build, "target")?.text,
  });
  if (read === undefined) {
    troubles.push({
      place: build,
      reason: `is built from ${file}, which has no FROM${inline ? "" : " of that stage"}`,
    });
  }
  return read;
}

/** Folders and files of this machine in the container: `volumes`, `configs` and `secrets`. */
function mountsOf(entry: Entry, { folder, root }: Surroundings): Mount[] {
  const volumes = (below(entry, "volumes")?.items ?? []).flatMap((item): Mount[] => {
    const short = /^((?:[A-Za-z]:)?[^:]*)(?::([^:]*)(?::[^:]*)?)?$/.exec(item.text ?? "");
    const source = item.text === undefined ? below(item, "source")?.text : short?.[1];
    const target = item.text === undefined ? below(item, "target")?.text : short?.[2];
    const isFolder =
      item.text === undefined ? below(item, "type")?.text === "bind" : isPath(source);
    return [
      {
        ...(isFolder &&
          target &&
          source !== undefined && { source: onThisMachine(source, folder) }),
        ...{ target: trimmed(target ?? source ?? ""), place: item },
      },
    ];
  });
  const files = ["configs", "secrets"].flatMap((kind) =>
    (below(entry, kind)?.items ?? []).flatMap((item): Mount[] => {
      const name = item.text ?? below(item, "source")?.text ?? "";
      const source = below(root, kind, name, "file")?.text;
      const usual = kind === "secrets" ? `/run/secrets/${name}` : `/${name}`;
      const target = below(item, "target")?.text ?? usual;
      return [{ ...(source && { source: path.resolve(folder, source) }), target, place: item }];
    }),
  );
  return [...volumes, ...files].filter(({ target }) => target !== "");
}

function isPath(source = ""): boolean {
  return /^([./~\\]|[A-Za-z]:[\\/])/.test(source);
}

function onThisMachine(source: string, folder: string): string {
  return path.resolve(folder, source.replace(/^~(?=\/|$)/, os.homedir()));
}

function trimmed(target: string): string {
  return target.replace(/(.)\/+$/, "$1");
}

/** Whether an image is TensorFlow Serving by its name. */
export function isServingImage(image: string): boolean {
  const reference = parseImageReference(image);
  return (
    !("reason" in reference) &&
    (namesServing(reference) || /tensorflow[-_/]?serving/.test(reference.repository))
  );
}

/** Also by the name of an image that somebody made. */
export function mayBeServing(image: string): boolean {
  return isServingImage(image) || /(^|[/_-])(tf|tensorflow)[/_-]?(model[_-])?serv/i.test(image);
}

function isPublic(image: string): boolean {
  return /^(docker\.io\/)?(tensorflow|bitnami)\//.test(image);
}
