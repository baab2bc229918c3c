import { configFolder, Environment, readJson } from "./dockerContext";
import { parseImageReference } from "../arguments/imageReference";
import { defaultImages } from "../arguments/images";

/** A registry for Docker's Pulumi provider, which takes the login from Docker's own configuration. */
export interface KnownRegistry {
  /** Such as `https://registry.example.com:5000`. */
  address: string;
}

/** What Docker's configuration says of logins. */
export interface DockerConfig {
  auths?: Record<string, { auth?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

// What the provider calls Docker Hub when it pulls, and what `docker login` calls it.
const hub = "registry-1.docker.io";
const hubNames = [hub, "index.docker.io", "docker.io"];
const hubLogin = "https://index.docker.io/v1/";

/**
 * Registries of images for which the user of this machine is logged in (`docker login`), as
 * `registryAuth` of a docker.Provider: without it the provider pulls as nobody.
 *
 * @param images - names of images; those that are none are left out
 * @param env - DOCKER_CONFIG says where Docker's configuration is. @default - ~/.docker
 */
export function dockerLogins(images: string[], env: Environment = process.env): KnownRegistry[] {
  const registries = new Set(images.map((image) => loginOf(image, env)));
  return [...registries]
    .filter((registry) => registry !== undefined)
    .map((registry) => ({ address: `https://${registry}` }));
}

/**
 * The registry of an image, where the user is logged in to it; undefined elsewhere, and for the
 * images that are used by default, which need no login.
 */
export function loginOf(image: string, env: Environment = process.env): string | undefined {
  const reference = parseImageReference(image);
  if ("reason" in reference || Object.values(defaultImages).includes(image)) {
    return undefined;
  }
  const named = reference.registry ?? hub;
  const registry = hubNames.includes(named) ? hub : named;
  const names = registryNames(registry);
  const { auths = {}, credHelpers = {} } = readConfig(env);
  const known = [...Object.keys(auths).map(hostOf), ...Object.keys(credHelpers)];
  return names.some((name) => known.includes(name)) ? registry : undefined;
}

/** What logins at a registry are kept under: Docker Hub has several names. */
export function registryNames(registry: string): string[] {
  return hubNames.includes(registry) ? [...hubNames, hubLogin] : [registry];
}

/** `docker login` keeps a registry as HOST, or as a URL. */
function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

/** Docker's configuration; empty where there is none. */
export function readConfig(env: Environment): DockerConfig {
  return (readJson(configFolder(env), "config.json") ?? {}) as DockerConfig;
}
