// @ts-check
import { note, report } from "./command.mjs";
import { isServed, versionLines } from "./modelVersions.mjs";
import { modelStatus } from "./prediction.mjs";

/**
 * Shows the versions of each model of a stack, and their states.
 *
 * @param {import("./stack.mjs").Outputs} outputs
 * @param {(url: string) => string} reach - a URL of the service, as it is reached from here
 * @param {string} stack
 * @returns {Promise<boolean>} whether every model is served
 */
export async function showModels(outputs, reach, stack) {
  if (outputs.canaryVersion) {
    return showCanary(outputs, reach(outputs.restUrl), stack);
  }
  const served = [];
  for (const [name, restUrl] of Object.entries(modelUrlsOf(outputs))) {
    served.push(await showModel(name, reach(restUrl), labelsOf(outputs, name), stack));
  }
  return served.every(Boolean);
}

/**
 * @param {import("./stack.mjs").Outputs} outputs
 * @param {string} url
 * @param {string} stack
 * @returns {Promise<boolean>} whether both versions are served
 */
async function showCanary({ modelVersion, canaryVersion = "", canaryPercent = 0 }, url, stack) {
  const shares = [
    [modelVersion, 100 - canaryPercent],
    [canaryVersion, canaryPercent],
  ];
  const served = [];
  for (const [version, percent] of shares) {
    const name = `${percent} % of the requests:`;
    served.push(await showModel(name, `${url}/versions/${version}`, {}, stack));
  }
  return served.every(Boolean);
}

/** @param {import("./stack.mjs").Outputs} outputs */
function modelUrlsOf({ modelUrls, restUrl }) {
  return modelUrls ?? { [restUrl.split("/").at(-1) ?? ""]: restUrl };
}

/**
 * @param {import("./stack.mjs").Outputs} outputs
 * @param {string} name - of a model
 */
function labelsOf({ modelLabels }, name) {
  return modelLabels?.[name] ?? {};
}

/**
 * @param {string} name
 * @param {string} url
 * @param {Record<string, string>} labels - version by label
 * @param {string} stack
 * @returns {Promise<boolean>} whether a version of the model, and each that has a label, is served
 */
async function showModel(name, url, labels, stack) {
  try {
    const versions = await modelStatus(url, stack);
    versionLines(name, versions, labels).forEach((line) => note("model", line));
    return isServed(versions, labels);
  } catch (error) {
    report(error);
    return false;
  }
}
