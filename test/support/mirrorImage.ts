import { execFileSync } from "child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "fs";
import * as http from "http";
import * as os from "os";
import * as path from "path";
import { finished } from "stream/promises";
import type { Registry } from "./registry";

/**
 * Copies an image of this machine's engine into a registry, as a company mirrors a base image.
 * Layers go uncompressed, which engines take as well: gzip would be most of the time, 1 min for
 * TensorFlow.
 *
 * @param image - local name, such as `haproxy:3.2.24`
 * @returns its name in the registry
 */
export async function mirrorImage(image: string, registry: Registry): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tfserving-mirror-"));
  try {
    execFileSync("sh", ["-c", 'docker save "$0" | tar -x -C "$1"', image, folder]);
    const [saved] = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
    const [repository, tag] = image.split("/").at(-1)!.split(":");
    await publish(registry, repository, tag, folder, saved);
    return `${registry.address}/${repository}:${tag}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface SavedImage {
  Config: string;
  Layers: string[];
}

async function publish(
  registry: Registry,
  repository: string,
  tag: string,
  folder: string,
  saved: SavedImage,
): Promise<void> {
  const configFile = path.join(folder, saved.Config);
  const config = JSON.parse(readFileSync(configFile, "utf8"));
  const upload = async (file: string, digest: string, type: string) => ({
    mediaType: `application/vnd.docker.${type}`,
    digest,
    size: await pushBlob(registry, repository, file, digest),
  });
  const layers = [];
  for (const [index, layer] of saved.Layers.entries()) {
    const diffId = config.rootfs.diff_ids[index];
    layers.push(await upload(path.join(folder, layer), diffId, "image.rootfs.diff.tar"));
  }
  const configDigest = `sha256:${path.basename(saved.Config, ".json")}`;
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: await upload(configFile, configDigest, "container.image.v1+json"),
    layers,
  };
  await request(registry, "PUT", `/v2/${repository}/manifests/${tag}`, {
    type: manifest.mediaType,
    body: Buffer.from(JSON.stringify(manifest)),
  });
}

/** Sends a file in one piece; gives its size. */
async function pushBlob(
  registry: Registry,
  repository: string,
  file: string,
  digest: string,
): Promise<number> {
  const start = await request(registry, "POST", `/v2/${repository}/blobs/uploads/`);
  const location = new URL(String(start.headers.location), `http://${registry.address}`);
  location.searchParams.set("digest", digest);
  const body = createReadStream(file);
  await request(registry, "PUT", location.pathname + location.search, {
    type: "application/octet-stream",
    body,
  });
  return body.bytesRead;
}

async function request(
  registry: Registry,
  method: string,
  target: string,
  content?: { type: string; body: Buffer | NodeJS.ReadableStream },
): Promise<http.IncomingMessage> {
  const sent = http.request(`http://${registry.address}${target}`, {
    method,
    auth: `${registry.username}:${registry.password}`,
    headers: content ? { "content-type": content.type } : {},
  });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) =>
    sent.once("response", resolve).once("error", reject),
  );
  if (content && !Buffer.isBuffer(content.body)) content.body.pipe(sent);
  else sent.end(content?.body);
  const response = await answered;
  response.resume();
  await finished(response);
  if ((response.statusCode ?? 500) >= 300) {
    throw new Error(`The registry answered ${response.statusCode} to ${method} ${target}`);
  }
  return response;
}
