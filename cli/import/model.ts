import { existsSync, statSync } from "node:fs";
import * as path from "node:path";
import {
  checkModelFolder,
  checkModelSource,
  checkServedModels,
  type ModelConfigOptions,
  readServer,
  type ServerOptions,
} from "@tf-model-serving/core/facts";
import type { Place } from "./composeTree";
import { textOfFile } from "./dockerfile";
import type { Findings } from "./findings";
import { flagsOf, portOf, soundOptions } from "./flags";
import type { Placed, Service } from "./service";

/** What a service's command line says besides its server options. */
export interface CommandLine {
  /** Ports inside the container. */
  readonly ports: { rest: number; grpc: number };
}

/** How a folder of this machine is called in a stack file. */
export type Shown = (folder: string) => string;

/** Finds the model, takes the flags, and checks both with the components' own rules. */
export function takeModel(service: Service, findings: Findings, shown: Shown): CommandLine {
  const line = flagsOf(service);
  const readFile = (file: string) => {
    const found = hostOf(service, file);
    const text = found?.source === undefined ? undefined : textOfFile(found.source);
    if (found === undefined || text === undefined) {
      throw new Error(`${file} is in the container only: copy it out, and mount it`);
    }
    findings.say(found.place, `server: read ${file}`);
    return text;
  };
  const read = readServer(
    line.flags.map(({ value }) => value),
    readFile,
  );
  const place = modelPlace(service, line, read.owned);
  if (service.environment.get("MODEL_BASE_PATH")?.place === place.base.place) {
    findings.say(place.base.place, `the model is at ${place.base.value}`);
  }
  const { models, ...server } = read.options;
  const kept = soundOptions(read.options, line.flags, read.arguments, findings);
  if (models) {
    takeModels(service, models, kept, place, findings, shown);
  } else {
    takeOne(service, place, server.savedModelTags, kept, findings, shown);
  }
  if (Object.keys(kept).length > 0) {
    findings.settings.server = kept;
  }
  return {
    ports: { rest: portOf(read.owned.rest_api_port, 8501), grpc: portOf(read.owned.port, 8500) },
  };
}

interface ModelPlace {
  readonly name: Placed;
  /** Folder of the model's versions in the container, or a URI. */
  readonly base: Placed;
}

/** The one model, as TensorFlow Serving's own entrypoint finds it, or by flags. */
function modelPlace(
  { environment, entry }: Service,
  line: { flags: Placed[]; own: boolean },
  owned: Record<string, string>,
): ModelPlace {
  const flag = (name: string): Placed | undefined => {
    const place = line.flags.find(({ value }) => value.startsWith(`--${name}=`))?.place;
    return place && { value: owned[name], place };
  };
  const usual = (value: string): Placed => ({ value, place: entry });
  const variable = (name: string) => (line.own ? environment.get(name) : undefined);
  const inFolder = variable("MODEL_NAME") ?? usual("model");
  const folder = variable("MODEL_BASE_PATH") ?? { ...usual("/models"), place: inFolder.place };
  return {
    name: flag("model_name") ?? (line.own ? inFolder : usual("default")),
    base: flag("model_base_path") ?? {
      ...folder,
      value: `${folder.value.replace(/\/+$/, "")}/${inFolder.value}`,
    },
  };
}

/** The folder or file of this machine that the container has at a path. */
function hostOf({ mounts }: Service, at: string): { source?: string; place: Place } | undefined {
  const holding = mounts.filter(
    ({ target }) => at === target || at.startsWith(`${target.replace(/\/$/, "")}/`),
  );
  const found = holding.map(({ source, target, place }) => ({
    place,
    ...(source !== undefined && { source: path.join(source, path.posix.relative(target, at)) }),
  }));
  return found.find(({ source }) => source !== undefined && existsSync(source)) ?? found[0];
}

function takeOne(
  service: Service,
  { name, base }: ModelPlace,
  tags: string[] | undefined,
  server: ServerOptions,
  findings: Findings,
  shown: Shown,
): void {
  findings.take(name.place, "modelName", name.value);
  if (/^\w+:\/\//.test(base.value)) {
    const problems = checkModelSource(base.value);
    problems.forEach((reason) => findings.refuse(base.place, reason));
    findings.take(base.place, "modelSource", base.value);
    return;
  }
  const folder = foundFolder(service, base, findings);
  if (folder === undefined) {
    return;
  }
  const [above, inside] = [path.dirname(folder.source), path.basename(folder.source)];
  findings.take(folder.place, "modelFolder", shown(above));
  if (inside !== name.value) {
    server.models = [{ name: name.value, basePath: `/models/${inside}` }];
    findings.remarks.push(
      `The model is called ${name.value} and its folder ${inside}: server.models says so.`,
    );
  }
  check(above, name.value, inside, { tags, models: server.models }, folder.place, findings);
}

function takeModels(
  service: Service,
  models: ModelConfigOptions[],
  server: ServerOptions,
  { base }: ModelPlace,
  findings: Findings,
  shown: Shown,
): void {
  const found = models.map((model) => {
    const at = model.basePath ?? "";
    const isHere = at.startsWith("/");
    return {
      model,
      folder: isHere ? foundFolder(service, { ...base, value: at }, findings) : undefined,
    };
  });
  const folders = found.flatMap(({ folder }) => (folder ? [path.dirname(folder.source)] : []));
  if (folders.length === 0) {
    return;
  }
  const above = folders.reduce(commonFolder);
  server.models = found.map(({ model: { basePath, ...model }, folder }) => {
    const inside = folder && path.relative(above, folder.source).split(path.sep).join("/");
    return inside === model.name
      ? model
      : { ...model, basePath: inside === undefined ? basePath : `/models/${inside}` };
  });
  const main = found.find(({ folder }) => folder)!;
  findings.take(base.place, "modelName", main.model.name, "the first of the models");
  findings.take(main.folder!.place, "modelFolder", shown(above));
  check(
    above,
    main.model.name,
    undefined,
    { tags: server.savedModelTags, models: server.models },
    base.place,
    findings,
  );
}

function commonFolder(one: string, other: string): string {
  const relative = path.relative(one, other);
  return relative.startsWith("..") ? commonFolder(path.dirname(one), other) : one;
}

function foundFolder(
  service: Service,
  { value, place }: Placed,
  findings: Findings,
): { source: string; place: Place } | undefined {
  const found = hostOf(service, value);
  const image = service.dockerfile?.from.image ?? service.image?.text;
  const copyOut = `copy it out (docker create, docker cp), and mount it: ./models:${path.posix.dirname(value)}`;
  if (found?.source === undefined) {
    const why = found
      ? `${value} in the container lies in no folder of this machine`
      : `nothing here puts a model at ${value} in the container, and what is in ${image ?? "its image"} cannot be read`;
    findings.refuse(found?.place ?? place, `${why}: ${copyOut}`);
    return undefined;
  }
  if (!existsSync(found.source) || !statSync(found.source).isDirectory()) {
    findings.refuse(
      found.place,
      `"${found.source}" is no folder, and ${value} in the container would be it`,
    );
    return undefined;
  }
  return { source: found.source, place: found.place };
}

/** The rules of a preview; a model without the usual signature is taken with one that it has. */
function check(
  modelFolder: string,
  modelName: string,
  folderName: string | undefined,
  { tags, models }: { tags?: string[]; models?: ModelConfigOptions[] },
  place: Place,
  findings: Findings,
): void {
  const { model } = checkModelFolder(modelFolder, folderName ?? modelName, {
    signatureName: null,
    tags,
  });
  const names = Object.keys(model?.versions.at(-1)?.signatures ?? {});
  const isUsual = names.length === 0 || names.includes("serving_default");
  const signatureName = isUsual ? "serving_default" : names[0];
  if (!isUsual) {
    findings.take(place, "signatureName", signatureName, "the model has no serving_default");
  }
  const { problems } = checkServedModels({ modelFolder, modelName, models, signatureName, tags });
  problems.forEach(({ propertyPath, reason }) =>
    findings.refuse(place, `${propertyPath.replace(/^models/, "server.models")}: ${reason}`),
  );
}
