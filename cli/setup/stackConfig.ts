import { parse, stringify } from "yaml";
import { Failure } from "../output/failure";

/**
 * What `Pulumi.<stack>.yaml` and the config of `Pulumi.yaml` say, without Pulumi: the commands look at
 * a few settings before it can run.
 */
export type Mapping = Record<string, unknown>;

/** @param file - its name, for the error */
export function readMapping(text: string, file: string): Mapping {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new Failure(`${file} is not valid YAML: ${reason}`, `put ${file} right.`);
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Failure(`${file} is not a mapping of keys to values.`, `put ${file} right.`);
  }
  return value as Mapping;
}

/**
 * A setting of a stack: from the stack's file, else the default of Pulumi.yaml.
 *
 * @param key - without the project's name
 * @returns undefined too where it is encrypted
 */
export function settingOf(project: Mapping, stackFile: Mapping, key: string): unknown {
  const explicit = explicitSetting(project, stackFile, key);
  if (explicit !== undefined) {
    return isEncrypted(explicit) ? undefined : explicit;
  }
  const declared = (project.config ?? {}) as Mapping;
  const declaration = declared[key] ?? declared[`${project.name}:${key}`];
  return declaration !== null && typeof declaration === "object"
    ? (declaration as Mapping).default
    : declaration;
}

function isEncrypted(value: unknown): boolean {
  return value !== null && typeof value === "object" && "secure" in value;
}

/** What the stack's file itself says of a setting; undefined where it does not. */
export function explicitSetting(project: Mapping, stackFile: Mapping, key: string): unknown {
  return ((stackFile.config ?? {}) as Mapping)[`${project.name}:${key}`];
}

export interface ConfigFileParts {
  /** Pulumi.yaml. */
  readonly project: Mapping;
  /** Name of the stack's own file. */
  readonly file: string;
  readonly stackFile: Mapping;
  /** Settings to add; the stack's own win. */
  readonly standIns: Record<string, string>;
  /** The last file that was made; its salt is kept. */
  readonly previous: Mapping;
}

/**
 * The config file that these commands give to Pulumi: the stack's own, and what only this machine
 * needs, which is images that stand in for unreachable ones and the salt of the project's own backend.
 * So the stack's own file stays as it is.
 */
export function renderConfigFile(parts: ConfigFileParts): string {
  const { project, file, stackFile, standIns, previous } = parts;
  const added = Object.entries(standIns)
    .filter(([key]) => explicitSetting(project, stackFile, key) === undefined)
    .map(([key, value]) => [`${project.name}:${key}`, value]);
  const config = { ...(stackFile.config as Mapping), ...Object.fromEntries(added) };
  const merged = { ...stackFile, config, ...keptSalt(stackFile, previous) };
  return (
    `# Made by the npm scripts from ${file}, which is the one to edit.\n` +
    stringify(merged, { lineWidth: 0 })
  );
}

function keptSalt(stackFile: Mapping, previous: Mapping): Mapping {
  const encrypted = ["encryptionsalt", "secretsprovider", "encryptedkey"].some(
    (key) => stackFile[key] !== undefined,
  );
  return encrypted || previous.encryptionsalt === undefined
    ? {}
    : { encryptionsalt: previous.encryptionsalt };
}

/** Whether something of a value is encrypted. */
export function hasSecret(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    ("secure" in value || Object.values(value).some(hasSecret))
  );
}
