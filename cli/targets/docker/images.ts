import type Docker from "dockerode";
import type { Deployment } from "../target";

const imageType = "docker:index/remoteImage:RemoteImage";

/**
 * The images that a stack built, by its record: those that it runs and the ones below them, and that
 * of the release before. What was pushed has its place in a registry.
 */
export function builtImages({ resources = [] }: Deployment): string[] {
  const built = resources
    .filter(({ type, inputs, urn }) => type === imageType && (inputs?.build || isLayer(urn)))
    .map(({ inputs }) => String(inputs?.name));
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  const releases = [outputs?.release?.image, outputs?.previousRelease?.image];
  const served = releases.filter((image) => typeof image === "string");
  return [...new Set([...built, ...served])].filter((image) => !image.includes("@"));
}

/** A notebook's layer is built by a hook, on the image "...-base". */
function isLayer(urn: string): boolean {
  return urn.includes(":NotebookImage$") && !urn.endsWith("-base");
}

/**
 * The images of a stack that nothing else needs: no container of the engine, and no other stack on
 * record, which also a rollback or its next start would miss.
 *
 * @param record - of the stack, before it was taken down
 * @param others - records of the other stacks of the same backend, as far as they can be had
 */
export async function unusedImages(
  engine: Docker,
  record: Deployment,
  others: Deployment[],
): Promise<string[]> {
  const candidates = builtImages(record);
  const running = (await engine.listContainers({ all: true })).map(({ Image }) => Image);
  const used = [...running, ...others.flatMap(builtImages)];
  const layers = await layersOf(engine, [...candidates, ...used]);
  return candidates.filter((image) => {
    const own = layers.get(image);
    return own !== undefined && !used.some((other) => isBelow(own, layers.get(other)));
  });
}

/** Whether an image is another one, or what that was built on. */
function isBelow(layers: string, other: string | undefined): boolean {
  return other !== undefined && `${other} `.startsWith(`${layers} `);
}

/** Digests of the layers, lowest first, of those images that the engine has. */
async function layersOf(engine: Docker, images: string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    [...new Set(images)].map(async (image): Promise<[string, string][]> => {
      const inspected = await engine
        .getImage(image)
        .inspect()
        .catch(() => undefined);
      return inspected ? [[image, (inspected.RootFS?.Layers ?? []).join(" ")]] : [];
    }),
  );
  return new Map(found.flat());
}
