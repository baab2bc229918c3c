// @ts-check
import { explicitSetting, settingOf } from "./stackConfig.mjs";

/**
 * What serves, as the program puts it into the stack's outputs.
 *
 * @typedef {object} Release
 * @property {string} image - local name, or digest in a registry
 * @property {string} modelVersion - empty where it is not on record
 * @property {Record<string, string>} settings - values of the config keys that make a release
 *
 * @typedef {{ release?: Release | null, previousRelease?: Release | null }} ReleaseRecord
 *
 * @typedef {{ key: string, from: string, to: string, isDefault: boolean }} Change - of a setting, without the project's name
 *
 * @typedef {import("./stackConfig.mjs").Mapping} Mapping
 */

/**
 * What Pulumi has on record of a stack's releases.
 *
 * @param {import("./deployment.mjs").Deployment} deployment
 * @returns {ReleaseRecord}
 */
export function releasesOf({ resources = [] }) {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return { release: stack?.outputs?.release, previousRelease: stack?.outputs?.previousRelease };
}

/**
 * The settings that a stack's file has to have for a release: its image, and
 * those that differ from what they are now.
 *
 * @param {Mapping} project - Pulumi.yaml
 * @param {Mapping} stackFile
 * @param {Release} release
 * @returns {Change[]}
 */
export function changesFor(project, stackFile, release) {
  const wanted = Object.entries({ image: release.image, ...release.settings });
  return wanted
    .map(([key, to]) => ({
      key,
      from: asText(currentValue(project, stackFile, key)),
      to,
      isDefault: to === asText(settingOf(project, {}, key)),
    }))
    .filter(({ from, to }) => from !== to);
}

/**
 * A stack's file with changed settings; comments and order stay.
 *
 * @param {string} text - of the file
 * @param {Mapping} project - Pulumi.yaml
 * @param {Change[]} changes
 * @returns {Promise<string>}
 */
export async function withChanges(text, project, changes) {
  const { isMap, isScalar, parseDocument } = await import("yaml");
  const document = parseDocument(text);
  for (const { key, to, isDefault } of changes) {
    const path = ["config", `${project.name}:${key}`];
    const node = document.getIn(path, true);
    const value = valueOf(project, key, to);
    if (isDefault) {
      document.deleteIn(path);
    } else if (isScalar(node) && typeof value !== "object") {
      // A comment behind it stays.
      node.value = value;
    } else {
      document.setIn(path, document.createNode(value));
    }
  }
  const config = document.get("config", true);
  if (isMap(config) && config.items.length > 0) {
    // The braces of an empty mapping.
    config.flow = false;
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * @param {Mapping} project
 * @param {Mapping} stackFile
 * @param {string} key
 */
function currentValue(project, stackFile, key) {
  return explicitSetting(project, stackFile, key) ?? settingOf(project, {}, key);
}

/**
 * A value as Pulumi gives it to the program.
 *
 * @param {unknown} value
 */
function asText(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}

/**
 * A value as the stack's file has it.
 *
 * @param {Mapping} project
 * @param {string} key
 * @param {string} text
 */
function valueOf(project, key, text) {
  const declared = /** @type {Record<string, { type?: string }>} */ (project.config ?? {});
  switch (declared[key]?.type) {
    case "integer":
      return Number(text);
    case "boolean":
      return text === "true";
    case "object":
      return JSON.parse(text);
    default:
      return text;
  }
}
