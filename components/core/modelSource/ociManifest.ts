import type { OciRegistry } from "./ociRegistry";

/** A layer, of an artifact or an image. */
export interface OciLayer {
  /** Such as `sha256:...`. */
  readonly digest: string;
  readonly size: number;
  /** Path of the file that it is. @default - it is an archive */
  readonly file?: string;
}

/** What an artifact or image consists of. */
export interface OciManifest {
  readonly layers: OciLayer[];
  readonly created?: string;
  /** Digest of an image's configuration. @default - an artifact has none that says anything */
  readonly config?: string;
}

interface Descriptor {
  mediaType?: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  platform?: { os?: string; architecture?: string };
}

interface RawManifest {
  manifests?: Descriptor[];
  layers?: Descriptor[];
  config?: Descriptor;
  annotations?: Record<string, string>;
}

const imageConfigs = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
];
const title = "org.opencontainers.image.title";
const created = "org.opencontainers.image.created";
// What `oras push` says of a folder, which it packs.
const packed = "io.deis.oras.content.unpack";

/**
 * The manifest that a tag or digest names, with its own digest. Of several platforms, whose models are
 * the same, that of linux/amd64.
 */
export async function manifestOf(
  registry: OciRegistry,
  reference: string,
): Promise<{ digest: string; manifest: OciManifest }> {
  const { digest, json } = await registry.manifest(reference);
  const raw = json as RawManifest;
  if (raw.manifests) {
    const images = raw.manifests.filter(({ platform }) => platform?.os !== "unknown");
    const usual = images.find(
      ({ platform }) => platform?.os === "linux" && platform.architecture === "amd64",
    );
    const chosen = usual ?? images[0];
    if (!chosen) {
      throw new Error("it is an index without an image: push the model again");
    }
    return { digest, manifest: (await manifestOf(registry, chosen.digest)).manifest };
  }
  if (!raw.layers?.length) {
    throw new Error("it has no layers: push an image or artifact that holds the model");
  }
  const isImage = imageConfigs.includes(raw.config?.mediaType ?? "");
  return {
    digest,
    manifest: {
      layers: raw.layers.map(layerOf),
      created: raw.annotations?.[created],
      config: isImage ? raw.config?.digest : undefined,
    },
  };
}

function layerOf({ digest, size, annotations = {} }: Descriptor): OciLayer {
  const isFile = annotations[title] !== undefined && annotations[packed] !== "true";
  return { digest, size, ...(isFile && { file: annotations[title] }) };
}

/** When it was made; images say it in their configuration. */
export async function createdAt(
  registry: OciRegistry,
  manifest: OciManifest,
): Promise<Date | undefined> {
  const { created, config } = manifest;
  const text = created ?? (config && (await registry.json<{ created?: string }>(config)).created);
  const time = new Date(text ?? NaN);
  // Builds that are to be the same each time give a time near 0.
  return time.getTime() > 0 ? time : undefined;
}
