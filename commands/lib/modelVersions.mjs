// @ts-check

/** @typedef {{ version: string, state: string, message: string }} VersionState */

/**
 * A line for each version of a model: `flowers version 2 AVAILABLE, label stable`.
 *
 * @param {string} name - of the model
 * @param {VersionState[]} versions
 * @param {Record<string, string>} labels - version by label
 * @returns {string[]}
 */
export function versionLines(name, versions, labels) {
  const lines = versions.map(({ version, state, message }) => {
    const own = labelsFor(version, labels);
    const called =
      own.length > 0 ? `, ${own.length === 1 ? "label" : "labels"} ${own.join(", ")}` : "";
    return `${name} version ${version} ${state}${called}${message ? `: ${message}` : ""}`;
  });
  const gone = Object.entries(labels)
    .filter(([, version]) => !versions.some((one) => one.version === version))
    .map(
      ([label, version]) => `${name} label ${label} is on version ${version}, which is not there`,
    );
  return [...lines, ...gone];
}

/**
 * Whether a version of the model answers, and each that has a label.
 *
 * @param {VersionState[]} versions
 * @param {Record<string, string>} labels - version by label
 * @returns {boolean}
 */
export function isServed(versions, labels) {
  const available = versions
    .filter(({ state }) => state === "AVAILABLE")
    .map(({ version }) => version);
  return (
    available.length > 0 && Object.values(labels).every((version) => available.includes(version))
  );
}

/**
 * @param {string} version
 * @param {Record<string, string>} labels - version by label
 * @returns {string[]} sorted
 */
function labelsFor(version, labels) {
  return Object.keys(labels)
    .filter((label) => labels[label] === version)
    .sort();
}
