import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { laterProviderArgs } from "./engineProvider";

import { KnownRegistry } from "./dockerLogins";

/** How to reach and enter a registry. */
export interface RegistryAccess {
  /** Docker Engine that talks to the registry. */
  host: pulumi.Input<string>;
  /** Registry, `HOST` or `HOST:PORT`. */
  registry: string;
  /** @default - no login */
  username?: pulumi.Input<string>;
  /** @default - no login */
  password?: pulumi.Input<string>;
  /** Whether the registry speaks HTTP without TLS. @default false */
  plainHttp?: boolean;
}

/**
 * A provider of its own for a registry: logins and plain HTTP are settings of the provider.
 *
 * @param further - registries that it enters with the user's own login
 */
export function registryProvider(
  name: string,
  access: RegistryAccess,
  parent: pulumi.Resource,
  further: KnownRegistry[] = [],
): docker.Provider {
  const login =
    access.username === undefined
      ? { authDisabled: true }
      : { username: access.username, password: pulumi.secret(access.password) };
  return new docker.Provider(
    `${name}-registry`,
    {
      ...laterProviderArgs(access.host),
      registryAuth: [
        { address: registryAddress(access), ...login },
        ...further.filter(({ address }) => !address.endsWith(`//${access.registry}`)),
      ],
    },
    { parent },
  );
}

/** A registry as Docker's provider takes it. */
export function registryAddress({
  registry,
  plainHttp,
}: Pick<RegistryAccess, "registry" | "plainHttp">): string {
  return `${plainHttp ? "http" : "https"}://${registry}`;
}
