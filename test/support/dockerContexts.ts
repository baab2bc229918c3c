import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A Docker context, as far as it is kept in files. */
export interface DockerContext {
  name: string;
  host: string;
  skipVerify?: boolean;
}

/**
 * Writes a Docker context into a folder with Docker's configuration, as its command line does.
 *
 * @returns the folder for its certificates, which is not made
 * @see https://github.com/docker/cli/blob/master/cli/context/store/store.go
 */
export function writeContext(
  folder: string,
  { name, host, skipVerify = false }: DockerContext,
): string {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = path.join(folder, "contexts/meta", id);
  fs.mkdirSync(meta, { recursive: true });
  const Endpoints = { docker: { Host: host, SkipTLSVerify: skipVerify } };
  const described = { Name: name, Metadata: {}, Endpoints };
  fs.writeFileSync(path.join(meta, "meta.json"), JSON.stringify(described));
  return path.join(folder, "contexts/tls", id, "docker");
}
