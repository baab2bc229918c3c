// @ts-check
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { stackStateFile } from "./backend.mjs";
import { capture } from "./process.mjs";
import { releasesOf } from "./releases.mjs";
import { ownFolder } from "./workspace.mjs";

const imageType = "docker:index/remoteImage:RemoteImage";

/**
 * The images that a stack built, by its record: those that it runs and the ones below them, and that
 * of the release before. What was pushed has its place in a registry.
 *
 * @param {import("./deployment.mjs").Deployment} deployment
 * @returns {string[]} names with tags
 */
export function builtImages(deployment) {
  const built = (deployment.resources ?? [])
    .filter(({ type, inputs }) => type === imageType && inputs?.build)
    .map(({ inputs }) => String(inputs?.name));
  const { release, previousRelease } = releasesOf(deployment);
  const served = [release?.image, previousRelease?.image].filter((image) => image !== undefined);
  return [...new Set([...built, ...served])].filter((image) => !image.includes("@"));
}

/**
 * The images of a stack that nothing else needs: no container of the engine, and no other stack on
 * record, which also a rollback or its next start would miss.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {import("./deployment.mjs").Deployment} deployment - before it was taken down
 * @returns {Promise<string[]>}
 */
export async function unusedImages({ host, backend, project, name }, deployment) {
  const candidates = builtImages(deployment);
  const running = await docker(host, "ps", "--all", "--format", "{{.Image}}");
  const recorded = backend.own ? otherDeployments(String(project.name), name) : [];
  const used = [...lines(running), ...recorded.flatMap(builtImages)];
  const layers = await layersOf(host, [...candidates, ...used]);
  return candidates.filter((image) => {
    const own = layers.get(image);
    return own !== undefined && !used.some((other) => isBelow(own, layers.get(other)));
  });
}

/**
 * Whether an image is another one, or what that was built on.
 *
 * @param {string} layers
 * @param {string | undefined} other - layers of the other; undefined where the engine has it not
 */
function isBelow(layers, other) {
  return other !== undefined && `${other} `.startsWith(`${layers} `);
}

/**
 * @param {string} project
 * @param {string} name - of the stack whose images they are
 * @returns {import("./deployment.mjs").Deployment[]} of the other stacks in the project's own backend
 */
function otherDeployments(project, name) {
  const own = stackStateFile(ownFolder, project, name);
  const folder = path.dirname(own);
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(".json") && file !== path.basename(own))
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")))
    .map((state) => state.checkpoint?.latest ?? {});
}

/**
 * @param {string} host
 * @param {string[]} images
 * @returns {Promise<Map<string, string>>} digests of its layers, lowest first, by image; without those that the engine has not
 */
async function layersOf(host, images) {
  const format = "{{range .RootFS.Layers}}{{.}} {{end}}";
  const found = await Promise.all(
    [...new Set(images)].map(async (image) => {
      const text = await docker(host, "image", "inspect", "--format", format, image);
      return /** @type {const} */ ([image, text]);
    }),
  );
  return new Map(found.filter(([, text]) => text));
}

/**
 * @param {string} host
 * @param {...string} args
 * @returns {Promise<string>} empty where it failed
 */
async function docker(host, ...args) {
  const { code, stdout } = await capture("docker", ["--host", host, ...args]);
  return code === 0 ? stdout : "";
}

/** @param {string} text */
function lines(text) {
  return text.split("\n").filter(Boolean);
}
