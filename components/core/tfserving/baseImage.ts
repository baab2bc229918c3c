import { type ImageReference, parseImageReference } from "../arguments/imageReference";
import type { Problem } from "../arguments/problem";

/**
 * The TensorFlow in an image, as `[2, 19]`, where its tag tells: in repositories named `serving`, as
 * TensorFlow Serving's own and its mirrors are, whose tags begin with the version.
 */
export function tensorflowOf(image: string): [number, number] | undefined {
  const reference = parseImageReference(image);
  return "reason" in reference || !namesServing(reference)
    ? undefined
    : minorVersion(reference.tag ?? "");
}

/** `[2, 19]` of `2.19.1`, `2.19.0-rc1` or `2.19.1-gpu`; undefined of what is no such version. */
export function minorVersion(version: string): [number, number] | undefined {
  const match = /^(\d+)\.(\d+)(?=[.-]|$)/.exec(version);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** Whether an image is TensorFlow Serving as it is published, from a mirror perhaps. */
export function isPublished(image: string): boolean {
  const reference = parseImageReference(image);
  return !("reason" in reference) && /(^|\/)tensorflow\/serving$/.test(reference.repository);
}

/** Whether a repository is named as TensorFlow Serving's own and its mirrors are. */
export function namesServing({ repository }: ImageReference): boolean {
  return /(^|\/)serving$/.test(repository);
}

/**
 * Checks the image that serving images are made from.
 *
 * The name has to be an image reference. A tag with `-gpu` needs GPUs, since TensorFlow would fall
 * back to CPUs in an image of many gigabytes; GPUs need a tag with `-gpu` where the tag can tell:
 * in repositories named `serving`, as TensorFlow Serving's own and its mirrors are (KServe's rule,
 * pkg/apis/serving/v1beta1/predictor_tfserving.go). A reference by digest alone says nothing.
 *
 * @param options.gpus GPUs of each replica, such as `all` or `device=0`; absent for none.
 */
export function checkBaseImage(
  image: string,
  { gpus, propertyPath }: { gpus?: string; propertyPath: string },
): Problem[] {
  const reference = parseImageReference(image);
  if ("reason" in reference) {
    return [{ propertyPath, reason: reference.reason }];
  }
  const tag = reference.tag ?? (reference.digest ? undefined : "latest");
  const forGpus = tag !== undefined && /(^|-)gpu($|-)/.test(tag);
  if (forGpus && !gpus) {
    return [
      {
        propertyPath,
        reason: `is "${image}", an image for GPUs, but no GPUs are given; set gpus or use "${image.replace(/-gpu\b/, "")}"`,
      },
    ];
  }
  const tagTells = tag !== undefined && namesServing(reference);
  if (gpus && tagTells && !forGpus) {
    return [
      {
        propertyPath,
        reason: `is "${image}", an image without GPU support, but gpus is "${gpus}"; leave gpus out or use the tag "${tag}-gpu"`,
      },
    ];
  }
  return [];
}
