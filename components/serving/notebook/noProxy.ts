/** Addresses of a service, once they are known. */
export interface KnownAddresses {
  restUrl: string;
  grpcAddress: string;
}

/**
 * Hosts that a notebook calls without a proxy: itself, and the service by both of its names. An
 * underscore in a name is a hyphen in the other.
 */
export function directHosts({ restUrl, grpcAddress }: KnownAddresses): string[] {
  const service = [/^\w+:\/\/([^/:]+)/, /^([^/:]+):\d+$/].flatMap((pattern, index) => {
    const host = pattern.exec([restUrl, grpcAddress][index])?.[1];
    return host === undefined ? [] : [host, host.replace(/_/g, "-")];
  });
  return [...new Set(["localhost", "127.0.0.1", ...service])];
}

/**
 * What programs look up before they use a proxy, in both spellings: Python's HTTP clients read one or
 * the other, gRPC the small one.
 *
 * @param imageEnvironment - `NAME=VALUE` of the image, whose own hosts stay
 */
export function noProxyEnvironment(
  addresses: KnownAddresses,
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
