import { parseImageReference } from "../image/imageReference";
import type { Problem } from "./problem";

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
  const tagTells = tag !== undefined && /(^|\/)serving$/.test(reference.repository);
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
