import { networkNames, ServiceAddresses } from "../addresses";

/** Hosts that a notebook calls without a proxy: itself, and the service by all of its names. */
export function directHosts({ restUrl, grpcAddress }: ServiceAddresses): string[] {
  const [, restHost] = /^\w+:\/\/([^/:]+)/.exec(restUrl) ?? [];
  const [, grpcHost] = /^([^/:]+):\d+$/.exec(grpcAddress) ?? [];
  const hosts = [restHost, grpcHost].filter((host) => host !== undefined);
  return [...new Set(["localhost", "127.0.0.1", ...hosts.flatMap(networkNames)])];
}

/**
 * What programs look up before they use a proxy, in both spellings: Python's HTTP clients read one or
 * the other, gRPC the small one.
 *
 * @param imageEnvironment - `NAME=VALUE` of the image, whose own hosts stay
 */
export function noProxyEnvironment(
  addresses: ServiceAddresses,
  imageEnvironment: string[],
): Record<"NO_PROXY" | "no_proxy", string> {
  const own = imageEnvironment
    .filter((line) => /^no_proxy=/i.test(line))
    .flatMap((line) => line.slice("no_proxy=".length).split(","))
    .map((host) => host.trim())
    .filter((host) => host !== "");
  const hosts = [...new Set([...own, ...directHosts(addresses)])].join(",");
  return { NO_PROXY: hosts, no_proxy: hosts };
}
