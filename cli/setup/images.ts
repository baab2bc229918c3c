import { connectEngine } from "@tf-model-serving/core/facts";
import { showProgress } from "../automation/process";
import { note } from "../output/console";
import { Failure } from "../output/failure";
import { runAirgap } from "./airgap";
import { standInNames, type StandInRule, standInRule } from "./standIns";
import type { Workspace } from "./workspace";

/** A base image that a stack asks for. */
export interface WantedImage {
  /** The setting that names it. */
  readonly key: string;
  readonly image: string;
  /** Whether the stack's own file says so, not the default. */
  readonly explicit: boolean;
  /** Local image that stands in where the default cannot be had. */
  readonly standIn?: string;
  /** Whether the stand-in was used last time. */
  readonly stoodIn: boolean;
  /** Why none may stand in, although there is one. */
  readonly noStandIn?: string;
}

/** What each setting's image is, and the folder of airgap/images/ that its stand-in is built from. */
const kinds = [
  { key: "baseImage", what: "TensorFlow Serving", folder: "serving" },
  { key: "balancerImage", what: "HAProxy", folder: "haproxy" },
  { key: "notebookImage", what: "the Jupyter image", folder: "notebook" },
];

/**
 * Where an image comes from: the engine, a registry, or airgap/. What the user set is never replaced,
 * and a stand-in stays until a retry is asked for, so that a run without a network loses no time.
 *
 * @param present - whether the engine has it
 * @param retry - whether to try registries again
 */
export function chooseSource(
  { explicit, noStandIn, standIn, stoodIn }: WantedImage,
  present: boolean,
  retry: boolean,
): "present" | "pull" | "stand-in" {
  if (present) {
    return "present";
  }
  return stoodIn && standIn && !explicit && !noStandIn && !retry ? "stand-in" : "pull";
}

const noConnection =
  /dial \w+\b.*(no such host|server misbehaving|name resolution|refused|i\/o timeout|no route|(host|network) is (down|unreachable))/i;
const noAnswer =
  /TLS handshake timeout|context deadline exceeded|request canceled while waiting for connection/i;

/**
 * Whether a failed pull means that the registry's host cannot be reached at all: its name is not known,
 * or nothing takes a connection or says a word. Whatever answers, be it a proxy or a gateway that is
 * broken, is an error that a stand-in must not hide.
 *
 * @param message - Docker's
 */
export function isUnreachable(message: string): boolean {
  // A proxy that is not there is the user's to put right.
  return (noConnection.test(message) || noAnswer.test(message)) && !/proxyconnect/.test(message);
}

/**
 * The images of a stack, from its settings.
 *
 * @param standIns - local image by setting
 * @param whyNone - why nothing may stand in for an image
 */
export function wantedImages(
  { setting, explicit, last }: Pick<Workspace, "setting" | "explicit" | "last">,
  standIns: Record<string, string>,
  whyNone: StandInRule,
): WantedImage[] {
  const onDocker = !["kubernetes", "ecs"].includes(String(setting("target")));
  return (
    kinds
      .filter(({ key }) => key !== "notebookImage" || String(setting("notebook")) !== "false")
      // The nodes of a cluster pull the others themselves.
      .filter(({ key }) => key === "baseImage" || onDocker)
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
 * Sees to it that the engine has every image.
 *
 * @param retry - whether to try registries again where a stand-in is in use
 * @returns the settings of those that a stand-in replaces
 */
export async function prepareImages(
  workspace: Workspace,
  retry: boolean,
): Promise<Record<string, string>> {
  const { setting, host } = workspace;
  const wanted = wantedImages(workspace, standInNames(), await standInRule(setting, host));
  const standIns: Record<string, string> = {};
  for (const image of wanted) {
    const source = chooseSource(image, await isPresent(host, image.image), retry);
    if (source === "stand-in" || (source === "pull" && !(await pull(host, image)))) {
      standIns[image.key] = String(image.standIn);
      announce(image, source === "pull");
    }
  }
  await buildStandIns(host, standIns);
  return standIns;
}

/** Whether the engine has an image. */
export async function isPresent(host: string, image: string): Promise<boolean> {
  return connectEngine(host)
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/**
 * Pulls with Docker's command line, which knows the user's logins and credential helpers.
 *
 * @returns whether the engine has it now; false: the stand-in is to be used
 */
async function pull(host: string, wanted: WantedImage): Promise<boolean> {
  const { key, image, explicit, standIn, noStandIn } = wanted;
  note("images", `pulling ${image}`);
  const { code, stderr } = await showProgress("docker", ["--host", host, "pull", image]);
  if (code === 0) {
    return true;
  }
  if (code === 127) {
    throw new Failure(
      "Docker's command line is not installed (there is no docker on PATH).",
      "install it (https://docs.docker.com/engine/install/), and try again.",
    );
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

async function buildStandIns(host: string, standIns: Record<string, string>): Promise<void> {
  const folders = kinds.filter(({ key }) => standIns[key]).map(({ folder }) => folder);
  if (folders.length === 0) {
    return;
  }
  const env = { ...process.env, DOCKER_HOST: host };
  if ((await runAirgap("images/build", folders, { env })) !== 0) {
    throw new Failure(
      `The images ${folders.join(", ")} could not be built from Debian and PyPI packages.`,
      "see the messages of airgap/images/build above.",
    );
  }
}

/** @param tried - whether a registry was asked just now */
function announce({ key, image, standIn }: WantedImage, tried: boolean): void {
  const what = kinds.find((kind) => kind.key === key)?.what;
  const why = tried
    ? `${image} cannot be pulled from here`
    : `${image} could not be pulled (the option --retry tries again)`;
  note("images", `${why}: using ${standIn}, a stand-in for ${what}`);
}
