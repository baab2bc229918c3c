import * as pulumi from "@pulumi/pulumi";
import { digitsOf } from "./apiKeys";
import type { AuthArgs } from "./edgeArgs";

/**
 * The map file in which the balancer looks keys up: a line `<64 hexadecimal digits> <client>` for each
 * hash, by client. It is a secret only where one of the hashes is.
 */
export function keyMap(apiKeys: NonNullable<AuthArgs["apiKeys"]>): pulumi.Output<string> {
  const clients = Object.keys(apiKeys).sort();
  return pulumi
    .all(clients.map((client) => pulumi.output(apiKeys[client])))
    .apply((lists) =>
      lists
        .flatMap((hashes, place) => hashes.map((hash) => `${digitsOf(hash)} ${clients[place]}\n`))
        .join(""),
    );
}
