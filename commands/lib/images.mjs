// @ts-check
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure, note } from "./command.mjs";
import { hasAirgap, runAirgap } from "./debian.mjs";
import { capture, showProgress } from "./process.mjs";

/**
 * A base image that a stack asks for.
 *
 * @typedef {object} WantedImage
 * @property {string} key - the setting that names it
 * @property {string} image - what the setting says
 * @property {boolean} explicit - whether the stack's own file says so, not the default
 * @property {string} [standIn] - local image that stands in where the default cannot be had
 * @property {boolean} stoodIn - whether the stand-in was used last time
 *
 * @typedef {"present" | "pull" | "stand-in"} Source
 */

/** What each setting's image is, and the folder of airgap/images/ that its stand-in is built from. */
const kinds = [
  { key: "baseImage", what: "TensorFlow Serving", folder: "serving" },
  { key: "balancerImage", what: "HAProxy", folder: "haproxy" },
  { key: "notebookImage", what: "the Jupyter image", folder: "notebook" },
];

/**
 * Where an image comes from: the engine, a registry, or airgap/. What the user
 * set is never replaced, and a stand-in stays until a retry is asked for, so
 * that a run without a network loses no time.
 *
 * @param {WantedImage} wanted
 * @param {boolean} present - whether the engine has it
 * @param {boolean} retry - whether to try registries again
 * @returns {Source}
 */
export function chooseSource(wanted, present, retry) {
  if (present) {
    return "present";
  }
  return wanted.stoodIn && wanted.standIn && !wanted.explicit && !retry ? "stand-in" : "pull";
}

/**
 * Whether a failed pull means that the registry cannot be reached; else it gave
 * a definite answer, which a stand-in must not hide.
 *
 * @param {string} message - Docker's
 * @returns {boolean}
 */
export function isUnreachable(message) {
  return !/manifest unknown|not found|access denied|unauthorized|authentication required|toomanyrequests|rate limit|no matching manifest|no space left|invalid reference/i.test(
    message,
  );
}

/**
 * The images of a stack, from its settings.
 *
 * @param {(key: string) => unknown} setting
 * @param {(key: string) => unknown} explicit - what the stack's own file says
 * @param {Record<string, string>} standIns - local image by setting
 * @param {(key: string) => unknown} last - what the last run used
 * @returns {WantedImage[]}
 */
export function wantedImages(setting, explicit, standIns, last) {
  return (
    kinds
      .filter(({ key }) => key !== "notebookImage" || String(setting("notebook")) !== "false")
      // The nodes of a cluster pull the others themselves.
      .filter(({ key }) => key === "baseImage" || setting("target") !== "kubernetes")
      .map(({ key }) => ({
        key,
        image: String(setting(key)),
        explicit: explicit(key) !== undefined,
        standIn: standIns[key],
        stoodIn: standIns[key] !== undefined && last(key) === standIns[key],
      }))
  );
}

/**
 * The images that airgap/ builds, by setting; none where it cannot work.
 *
 * @param {string} root - project folder
 * @returns {Record<string, string>}
 */
export function standInNames(root) {
  const file = path.join(root, "airgap", "images", "names.json");
  return hasAirgap(root) && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/**
 * Sees to it that the engine has every image, and gives the settings for those
 * that a stand-in replaces.
 *
 * @param {string} root - project folder
 * @param {string} host - Docker Engine
 * @param {WantedImage[]} wanted
 * @param {boolean} retry - whether to try registries again where a stand-in is in use
 * @returns {Promise<Record<string, string>>}
 */
export async function prepareImages(root, host, wanted, retry) {
  const present = await presentImages(
    host,
    wanted.map(({ image }) => image),
  );
  /** @type {Record<string, string>} */
  const standIns = {};
  for (const image of wanted) {
    const source = chooseSource(image, present.has(image.image), retry);
    if (source === "stand-in" || (source === "pull" && !(await pull(host, image)))) {
      standIns[image.key] = String(image.standIn);
      announce(image, source === "pull");
    }
  }
  await buildStandIns(root, host, standIns);
  return standIns;
}

/**
 * The images that stacks built on the engine: the serving images and the runtime
 * images under them.
 *
 * @param {string} host - Docker Engine
 * @param {string} repository - of the serving images
 * @returns {Promise<string[]>}
 */
export async function listBuiltImages(host, repository) {
  const references = [`*${repository}`, "tf_serving_runtime"];
  const filters = references.flatMap((reference) => ["--filter", `reference=${reference}`]);
  const format = "{{.Repository}}:{{.Tag}}";
  const args = ["--host", host, "image", "ls", ...filters, "--format", format];
  const { stdout } = await capture("docker", args);
  return stdout.split("\n").filter(Boolean);
}

/**
 * @param {string} host
 * @param {string[]} images
 * @returns {Promise<Set<string>>}
 */
async function presentImages(host, images) {
  const found = await Promise.all(
    images.map((image) => capture("docker", ["--host", host, "image", "inspect", image])),
  );
  return new Set(images.filter((_, index) => found[index].code === 0));
}

/**
 * @param {string} host
 * @param {WantedImage} wanted
 * @returns {Promise<boolean>} whether the engine has it now; false: the stand-in is to be used
 */
async function pull(host, { key, image, explicit, standIn }) {
  note("images", `pulling ${image}`);
  const { code, stderr } = await showProgress("docker", ["--host", host, "pull", image]);
  if (code === 0) {
    return true;
  }
  if (code > 128) {
    throw new Failure(`The pull of ${image} was broken off.`, "npm run up goes on with it.", code);
  }
  const message = stderr.split("\n").at(-1) ?? "";
  if (explicit || !standIn || !isUnreachable(message)) {
    throw new Failure(
      `The image ${image} (setting ${key}) is not on the Docker Engine and cannot be pulled: ${message}`,
      `see that its registry can be reached, or set ${key} to an image that can be had.`,
    );
  }
  return false;
}

/**
 * @param {string} root
 * @param {string} host
 * @param {Record<string, string>} standIns
 */
async function buildStandIns(root, host, standIns) {
  const folders = kinds.filter(({ key }) => standIns[key]).map(({ folder }) => folder);
  if (folders.length === 0) {
    return;
  }
  const env = { ...process.env, DOCKER_HOST: host };
  if ((await runAirgap(root, "images/build", folders, env)) !== 0) {
    throw new Failure(
      `The images ${folders.join(", ")} could not be built from Debian and PyPI packages.`,
      "see the messages of airgap/images/build above.",
    );
  }
}

/**
 * @param {WantedImage} wanted
 * @param {boolean} tried - whether a registry was asked just now
 */
function announce({ key, image, standIn }, tried) {
  const what = kinds.find((kind) => kind.key === key)?.what;
  const why = tried
    ? `${image} cannot be pulled from here`
    : `${image} could not be pulled (npm run up -- --retry tries again)`;
  note("images", `${why}: using ${standIn}, a stand-in for ${what}`);
}
