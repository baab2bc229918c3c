// @ts-check
import { Failure } from "./command.mjs";

/**
 * What `Pulumi.<stack>.yaml` and the config of `Pulumi.yaml` say, without
 * Pulumi: the commands look at a few settings before it can run.
 *
 * @typedef {Record<string, unknown>} Mapping
 */

/**
 * Reads a YAML mapping.
 *
 * @param {string} text
 * @param {string} file - its name, for the error
 * @returns {Promise<Mapping>}
 */
export async function readMapping(text, file) {
  const { parse } = await import("yaml");
  /** @type {unknown} */
  let value;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    const reason = /** @type {Error} */ (error).message.split("\n")[0];
    throw new Failure(`${file} is not valid YAML: ${reason}`, `put ${file} right.`);
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Failure(`${file} is not a mapping of keys to values.`, `put ${file} right.`);
  }
  return /** @type {Mapping} */ (value);
}

/**
 * A setting of a stack: from the stack's file, else the default of Pulumi.yaml.
 *
 * @param {Mapping} project - Pulumi.yaml
 * @param {Mapping} stackFile - Pulumi.<stack>.yaml
 * @param {string} key - without the project's name
 * @returns {unknown} undefined too where it is encrypted
 */
export function settingOf(project, stackFile, key) {
  const explicit = explicitSetting(project, stackFile, key);
  if (explicit !== undefined) {
    return typeof explicit === "object" ? undefined : explicit;
  }
  const declared = /** @type {Mapping} */ (project.config ?? {});
  const declaration = declared[key] ?? declared[`${project.name}:${key}`];
  return declaration !== null && typeof declaration === "object"
    ? /** @type {Mapping} */ (declaration).default
    : declaration;
}

/**
 * What the stack's file itself says of a setting; undefined where it does not.
 *
 * @param {Mapping} project
 * @param {Mapping} stackFile
 * @param {string} key
 * @returns {unknown}
 */
export function explicitSetting(project, stackFile, key) {
  const config = /** @type {Mapping} */ (stackFile.config ?? {});
  return config[`${project.name}:${key}`];
}

/**
 * The config file that these commands give to Pulumi: the stack's own, and what
 * only this machine needs, which is images that stand in for unreachable ones and
 * the salt of the project's own backend. So the stack's own file stays as it is.
 *
 * @param {object} parts
 * @param {Mapping} parts.project - Pulumi.yaml
 * @param {string} parts.file - name of the stack's own file
 * @param {Mapping} parts.stackFile - what it says
 * @param {Record<string, string>} parts.standIns - settings to add; the stack's own win
 * @param {Mapping} parts.previous - the last file that was made; its salt is kept
 * @returns {Promise<string>}
 */
export async function renderConfigFile({ project, file, stackFile, standIns, previous }) {
  const { stringify } = await import("yaml");
  const added = Object.entries(standIns)
    .filter(([key]) => explicitSetting(project, stackFile, key) === undefined)
    .map(([key, value]) => [`${project.name}:${key}`, value]);
  const config = {
    .../** @type {Mapping} */ (stackFile.config ?? {}),
    ...Object.fromEntries(added),
  };
  const merged = { ...stackFile, config, ...keptSalt(stackFile, previous) };
  return (
    `# Made by the npm scripts from ${file}, which is the one to edit.\n` +
    stringify(merged, { lineWidth: 0 })
  );
}

/**
 * @param {Mapping} stackFile
 * @param {Mapping} previous
 * @returns {Mapping}
 */
function keptSalt(stackFile, previous) {
  const encrypted = ["encryptionsalt", "secretsprovider", "encryptedkey"].some(
    (key) => stackFile[key] !== undefined,
  );
  return encrypted || previous.encryptionsalt === undefined
    ? {}
    : { encryptionsalt: previous.encryptionsalt };
}
