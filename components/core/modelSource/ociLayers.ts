import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { downloadFile } from "./download";
import type { OciLayer } from "./ociManifest";
import type { OciRegistry } from "./ociRegistry";
import { showProgress } from "./progress";
import type { RemoteFile } from "./source";
import { unpack } from "./unpack";

/** Where KServe's modelcars keep the model, beside what their base image brings. */
const modelcar = "models";

/** A layer as a file that is checked by its digest. */
export function layerFile(registry: OciRegistry, layer: OciLayer, name: string): RemoteFile {
  const { digest, size } = layer;
  const [algorithm, hex] = digest.split(":");
  return {
    path: name,
    size,
    revision: digest,
    ...(algorithm === "sha256" && { digest: { algorithm, hex } }),
    async open(from) {
      const response = await registry.blob(digest, from);
      return {
        from: response.status === 206 ? from : 0,
        body: Readable.fromWeb(response.body as ReadableStream),
      };
    },
  };
}

/**
 * Fetches layers and unpacks one over the other. Where one holds `models/`, that is the model, and what
 * the image has beside it is left out.
 *
 * @throws Error if a layer takes files of the model away that an earlier one has
 */
export async function fetchLayers(
  registry: OciRegistry,
  layers: readonly OciLayer[],
  folder: string,
  shown: string,
): Promise<void> {
  // Beside it, so that half a layer is there for the next run.
  const parts = `${folder}.layers`;
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const progress = showProgress(shown, total);
  const archives: string[] = [];
  for (const layer of layers) {
    const name = layer.file ?? layer.digest.replace(":", "-");
    const place = layer.file ? folder : parts;
    const file = await downloadFile(layerFile(registry, layer, name), place, progress);
    archives.push(...(layer.file ? [] : [file]));
  }
  const names = new Map(
    await Promise.all(archives.map(async (file) => [file, await namesIn(file)] as const)),
  );
  const isModelcar = [...names.values()].flat().some((name) => isBelow(modelcar, name));
  const wanted = (name: string) => !isModelcar || isBelow(modelcar, name);
  for (const file of archives) {
    const gone = names.get(file)!.find((name) => wanted(name) && isWhiteout(name));
    if (gone) {
      throw new Error(
        `one of its layers takes files away (${gone}): build the image in one step, FROM scratch`,
      );
    }
    await unpack(file, folder, wanted);
  }
  fs.rmSync(parts, { recursive: true, force: true });
}

function isBelow(folder: string, name: string): boolean {
  return name.replace(/^(\.?\/)+/, "").startsWith(`${folder}/`);
}

/** @see https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function isWhiteout(name: string): boolean {
  return path.posix.basename(name).startsWith(".wh.");
}

/** Names in a tar archive; none if it is something else, of which `unpack` tells. */
async function namesIn(file: string): Promise<string[]> {
  const { list } = await import("tar");
  const names: string[] = [];
  await list({ file, onReadEntry: (entry) => void names.push(entry.path) });
  return names;
}
