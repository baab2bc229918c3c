import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { dockerLogins, loginOf, PublishedImageArgs, registryAddress } from "@tf-model-serving/core";

type Registry = Pick<PublishedImageArgs, "registry" | "username" | "password" | "plainHttp">;

/** Images that the program runs beside the serving image, by config key. */
export type PulledImages = Partial<Record<"balancerImage" | "notebookImage", string>>;

/**
 * Logins with which Docker's provider pulls the images: that of the stack's own registry, else the
 * user's own (`docker login`); undefined where none is needed.
 */
export function pullLogins(
  images: PulledImages,
  registry: Registry | undefined,
): docker.types.input.ProviderRegistryAuth[] | undefined {
  const named = given(images);
  const own = named.filter(([, image]) => isIn(image, registry));
  const others = named.filter(([, image]) => !isIn(image, registry)).map(([, image]) => image);
  const logins = [
    ...(registry?.username !== undefined && own.length > 0 ? [ownLogin(registry)] : []),
    ...dockerLogins(others),
  ];
  return logins.length > 0 ? logins : undefined;
}

/**
 * Where others than this machine pull the images: what to do about one that the user has to log in
 * for here.
 *
 * @param ways - by config key, how whoever pulls it gets a login
 */
export function pullHints(
  images: PulledImages,
  registry: Registry | undefined,
  ways: Partial<Record<keyof PulledImages, string>>,
): string[] {
  return given(images)
    .filter(([, image]) => !isIn(image, registry) && loginOf(image) !== undefined)
    .map(
      ([key, image]) =>
        `${key} is ${image}, and this machine has a docker login for its registry. What runs it ` +
        `has none: if it needs one, ${ways[key]}.`,
    );
}

function given(images: PulledImages): [keyof PulledImages, string][] {
  const named = Object.entries(images) as [keyof PulledImages, string][];
  return named.filter(([, image]) => image !== undefined);
}

function isIn(image: string, registry: Registry | undefined): boolean {
  return registry !== undefined && image.startsWith(`${registry.registry}/`);
}

function ownLogin(registry: Registry) {
  const { username, password } = registry;
  return { address: registryAddress(registry), username, password: pulumi.secret(password) };
}
