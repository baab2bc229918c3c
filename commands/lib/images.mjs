// @ts-check
import { Failure, note } from "./command.mjs";
import { runAirgap } from "./debian.mjs";
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
 * @property {string} [noStandIn] - why none may stand in, although there is one
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
  const { explicit, noStandIn, standIn, stoodIn } = wanted;
  return stoodIn && standIn && !explicit && !noStandIn && !retry ? "stand-in" : "pull";
}

const noConnection =
  /dial \w+\b.*(no such host|server misbehaving|name resolution|refused|i\/o timeout|no route|(host|network) is (down|unreachable))/i;
const noAnswer =
  /TLS handshake timeout|context deadline exceeded|request canceled while waiting for connection/i;

/**
 * Whether a failed pull means that the registry's host cannot be reached at all: its name is not
 * known, or nothing takes a connection or says a word. Whatever answers, be it a proxy or a gateway
 * that is broken, is an error that a stand-in must not hide.
 *
 * @param {string} message - Docker's
 * @returns {boolean}
 */
export function isUnreachable(message) {
  // A proxy that is not there is the user's to put right.
  return (noConnection.test(message) || noAnswer.test(message)) && !/proxyconnect/.test(message);
}

/**
 * The images of a stack, from its settings.
 *
 * @param {(key: string) => unknown} setting
 * @param {(key: string) => unknown} explicit - what the stack's own file says
 * @param {Record<string, string>} standIns - local image by setting
 * @param {(key: string) => unknown} last - what the last run used
 * @param {(key: string) => string | undefined} whyNone - why nothing may stand in for an image
 * @returns {WantedImage[]}
 */
export function wantedImages(setting, explicit, standIns, last, whyNone) {
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
        ...(standIns[key] && whyNone(key) ? { noStandIn: whyNone(key) } : {}),
      }))
  );
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
async function pull(host, { key, image, explicit, standIn, noStandIn }) {
  note("images", `pulling ${image}`);
  const { code, stderr } = await showProgress("docker", ["--host", host, "pull", image]);
  if (code === 0) {
    return true;
  }
  if (code > 128) {
    throw new Failure(
      `The pull of ${image} was broken off.`,
      "the same command goes on with it.",
      code,
    );
  }
  const message = stderr.split("\n").at(-1) ?? "";
  const unreachable = isUnreachable(message);
  if (explicit || !standIn || noStandIn || !unreachable) {
    throw new Failure(
      `The image ${image} (setting ${key}) is not on the Docker Engine and cannot be pulled: ${message}`,
      `${unreachable ? "see that its registry can be reached" : "see its registry's answer, and try again"}, ` +
        `or set ${key} to an image that can be had.` +
        (unreachable && !explicit && standIn && noStandIn
          ? ` A stand-in is not used, since ${noStandIn}; to use it all the same, set standIns to true.`
          : ""),
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
    : `${image} could not be pulled (the option --retry tries again)`;
  note("images", `${why}: using ${standIn}, a stand-in for ${what}`);
}
