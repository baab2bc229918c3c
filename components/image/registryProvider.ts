import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** How to reach and enter a registry. */
export interface RegistryAccess {
  /** Docker Engine that talks to the registry. @default - DOCKER_HOST, else the local one */
  host?: string;
  /** Registry, `HOST` or `HOST:PORT`. */
  registry: string;
  /** @default - no login */
  username?: pulumi.Input<string>;
  /** @default - no login */
  password?: pulumi.Input<string>;
  /** Whether the registry speaks HTTP without TLS. @default false */
  plainHttp?: boolean;
}

/** A provider of its own for a registry: logins and plain HTTP are settings of the provider. */
export function registryProvider(
  name: string,
  access: RegistryAccess,
  parent: pulumi.Resource,
): docker.Provider {
  const login =
    access.username === undefined
      ? { authDisabled: true }
      : { username: access.username, password: pulumi.secret(access.password) };
  return new docker.Provider(
    `${name}-registry`,
    {
      host: access.host,
      registryAuth: [
        { address: `${access.plainHttp ? "http" : "https"}://${access.registry}`, ...login },
      ],
    },
    { parent },
  );
}
