import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { asVersion } from "../tfserving/versionNumber";
import { cached, cacheKey } from "./cache";
import { chooseFiles, WantedModel } from "./chooseFiles";
import { downloadFile, downloadFiles } from "./download";
import { aboutSource, kindOf } from "./kinds";
import { placeVersions } from "./placeVersions";
import { showProgress } from "./progress";
import { linkModel } from "./projectLink";
import type { ResolvedSource } from "./source";
import { unpack } from "./unpack";

/** A model that is on this machine. */
export interface FetchedModel {
  /** Folder that holds a folder per model, as the argument of that name. */
  readonly modelFolder: string;
  /** The source with its revision in place of what moves. */
  readonly source: string;
  /** What tells its content from any other. @default - a folder has none */
  readonly revision?: string;
}

const asked = new Map<string, Promise<FetchedModel>>();
const fetched = new Map<string, FetchedModel>();

/**
 * Fetches a model from its source, unless the cache has it. A source is asked once in a run: everything
 * that names it gets the same revision.
 *
 * @throws Error that goes on from the name of the argument: what is wrong with the source, and what to do
 */
export function fetchModel(source: string, wanted: WantedModel): Promise<FetchedModel> {
  const key = askKey(source, wanted);
  const running =
    asked.get(key) ??
    fetchOnce(source, wanted).then((model) => {
      fetched.set(key, model);
      return model;
    });
  asked.set(key, running);
  return running;
}

/** A model that `fetchModel` has fetched in this run; undefined where it has not. */
export function fetchedModel(source: string, wanted: WantedModel): FetchedModel | undefined {
  return fetched.get(askKey(source, wanted));
}

/** Forgets what was asked: for another run in the same process. */
export function forgetModels(): void {
  asked.clear();
  fetched.clear();
}

function askKey(source: string, { modelName, versions = [] }: WantedModel): string {
  return JSON.stringify([source, modelName, versions]);
}

async function fetchOnce(source: string, wanted: WantedModel): Promise<FetchedModel> {
  const kind = kindOf(source);
  if (!kind) {
    const modelFolder = source.startsWith("file://") ? fileURLToPath(source) : source;
    return { modelFolder, source };
  }
  try {
    const resolved = chooseFiles(await kind.resolve(source), wanted);
    const number = numberOf(source, resolved);
    const { revision, root } = resolved;
    const key = cacheKey(kind.prefix, revision, root, wanted.modelName, number);
    const { folder, isNew } = await cached(key, (work) =>
      fill(work, resolved, wanted.modelName, number),
    );
    if (isNew) {
      void pulumi.log.info(`Fetched ${resolved.source} into ${folder}`);
    }
    const modelFolder = linkModel(folder, cacheKey(source, wanted.versions), wanted.modelName);
    return { modelFolder, source: resolved.source, revision };
  } catch (error) {
    throw new Error(aboutSource(source, (error as Error).message));
  }
}

/** Fetches the content into a work folder, where an earlier run may have left some of it. */
async function fill(
  work: string,
  { content, root = "", source: shown }: ResolvedSource,
  modelName: string,
  number: string,
): Promise<string> {
  const folder = path.join(work, "content");
  const versions = path.join(work, "versions");
  if (fs.existsSync(versions) && fs.readdirSync(versions).length > 0) {
    return versions;
  }
  fs.rmSync(versions, { recursive: true, force: true });
  if ("files" in content) {
    const progress = showProgress(shown, totalOf(content.files));
    await downloadFiles(content.files, folder, progress);
  } else {
    fs.rmSync(folder, { recursive: true, force: true });
    if ("archive" in content) {
      const { archive } = content;
      const progress = showProgress(shown, archive.size);
      await unpack(await downloadFile(archive, path.join(work, "archive"), progress), folder);
    } else {
      fs.mkdirSync(folder);
      await content.fetch(folder);
    }
  }
  placeVersions(path.join(folder, root), versions, modelName, number);
  return versions;
}

/** The source's own, else the one that its path ends with, else when it was made, else 1. */
function numberOf(source: string, { version, changed }: ResolvedSource): string {
  const path = source.replace(/[?#].*$/, "").replace(/@[^/]*$/, "");
  const last =
    path
      .replace(/(\.tar|\.tar\.gz|\.tgz|\.zip)?\/*$/, "")
      .split("/")
      .at(-1) ?? "";
  const named = asVersion(version ?? last);
  return String(named ?? (changed ? Math.floor(changed.getTime() / 1000) : 1));
}

function totalOf(files: readonly { size?: number }[]): number | undefined {
  return files.every(({ size }) => size !== undefined)
    ? files.reduce((sum, { size = 0 }) => sum + size, 0)
    : undefined;
}
