import { asVersion, listVersions } from "../tfserving/versionNumber";
import { savedModelFile } from "../tfserving/savedModel";
import { revisionOf } from "./revisionOf";
import type { ResolvedSource } from "./source";

/** Which model, and which of its versions, will be served. */
export interface WantedModel {
  modelName: string;
  /** Versions by number. @default - the highest */
  versions?: readonly string[];
}

/**
 * Leaves out of a listing of files the versions that will not be served, which nobody has to fetch; what
 * changes in them is then no change of the source.
 *
 * @throws Error if a version is not there
 */
export function chooseFiles(resolved: ResolvedSource, wanted: WantedModel): ResolvedSource {
  const { content, root = "" } = resolved;
  const files = "files" in content ? content.files : [];
  const start = root === "" ? "" : `${root}/`;
  for (const above of [start, `${start}${wanted.modelName}/`]) {
    const found = files.flatMap(({ path }) => versionAt(path, above) ?? []);
    if (found.length > 0) {
      const entries = chosen(found, wanted.versions);
      const kept = files.filter(({ path }) =>
        entries.some((entry) => path.startsWith(`${above}${entry}/`)),
      );
      const isKnown = kept.every(({ revision }) => revision !== undefined);
      return {
        ...resolved,
        revision: isKnown ? revisionOf(kept) : resolved.revision,
        content: { files: kept },
      };
    }
  }
  return resolved;
}

/** The folder of a version, if this is its graph. */
function versionAt(path: string, above: string): string | undefined {
  const [entry, file, ...rest] = path.slice(above.length).split("/");
  const isGraph = path.startsWith(above) && file === savedModelFile && rest.length === 0;
  return isGraph && asVersion(entry) !== undefined ? entry : undefined;
}

function chosen(entries: string[], versions: readonly string[] = []): string[] {
  const sorted = [...entries].sort((a, b) => (asVersion(a)! < asVersion(b)! ? -1 : 1));
  const isWanted = (entry: string) => versions.includes(String(asVersion(entry)));
  const missing = versions.find((one) => !sorted.some((entry) => String(asVersion(entry)) === one));
  if (missing !== undefined) {
    throw new Error(`it has no version ${missing}; versions there: ${listVersions(sorted)}`);
  }
  return versions.length > 0 ? sorted.filter(isWanted) : sorted.slice(-1);
}
