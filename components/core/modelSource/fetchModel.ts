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

/**
 * Fetches a model from its source, unless the cache has it. A folder is used as it is.
 *
 * @param source - without problems
 * @throws Error that goes on from the name of the argument: what is wrong with the source, and what to do
 */
export async function fetchModel(source: string, wanted: WantedModel): Promise<FetchedModel> {
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
