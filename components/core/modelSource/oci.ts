import { parseImageReference } from "../arguments/imageReference";
import { fetchLayers, layerFile } from "./ociLayers";
import { createdAt, manifestOf, OciLayer } from "./ociManifest";
import { OciRegistry, openRegistry } from "./ociRegistry";
import type { SourceContent, SourceKind } from "./source";

const prefix = "oci://";
const form = "oci://REGISTRY/REPOSITORY:TAG or oci://REGISTRY/REPOSITORY@DIGEST";

/**
 * An artifact or an image in a registry: files as `oras push` makes it, or layers that hold the model at
 * their root or in `models/`, as `docker build` and KServe's modelcars do. The login is the one that
 * `docker login` has left. A registry on this machine is asked without TLS.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export const oci: SourceKind = {
  prefix,
  form,
  check(source) {
    const parsed = parseImageReference(source.slice(prefix.length));
    if ("reason" in parsed) {
      return [`use ${form}`];
    }
    return parsed.registry === undefined ? [`it names no registry: use ${form}`] : [];
  },
  async resolve(source) {
    const parsed = parseImageReference(source.slice(prefix.length));
    if ("reason" in parsed || parsed.registry === undefined) {
      throw new Error(`use ${form}`);
    }
    const { registry: host, repository, tag = "latest", digest } = parsed;
    const registry = await openRegistry(host, repository);
    const found = await manifestOf(registry, digest ?? tag);
    const shown = `${prefix}${host}/${repository}@${found.digest}`;
    return {
      source: shown,
      revision: found.digest,
      changed: await createdAt(registry, found.manifest),
      content: contentOf(registry, found.manifest.layers, shown),
    };
  },
};

/** Layers that are files by themselves, or archives. */
function contentOf(registry: OciRegistry, layers: OciLayer[], shown: string): SourceContent {
  return layers.every((layer) => layer.file !== undefined)
    ? { files: layers.map((layer) => layerFile(registry, layer, layer.file!)) }
    : { fetch: (folder) => fetchLayers(registry, layers, folder, shown) };
}
