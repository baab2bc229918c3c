// @ts-check

/**
 * Where the objects of a stack are, and the label that they have.
 *
 * @typedef {object} Place
 * @property {string} namespace
 * @property {string} selector - such as tfserving.stack=project.stack
 */

const stackLabel = "tfserving.stack";

/**
 * Where the objects of a stack are, by what Pulumi has on record of it: also after a first update
 * that failed, and whatever the settings say by now.
 *
 * @param {import("../deployment.mjs").Deployment | undefined} deployment
 * @returns {Place | undefined} undefined where Pulumi has made nothing on a cluster
 */
export function placeOf(deployment) {
  const pending = deployment?.pending_operations?.map(({ resource }) => resource) ?? [];
  for (const { type, inputs } of [...(deployment?.resources ?? []), ...pending]) {
    const { namespace, labels } = inputs?.metadata ?? {};
    if (type.startsWith("kubernetes:") && namespace && labels?.[stackLabel]) {
      return { namespace, selector: `${stackLabel}=${labels[stackLabel]}` };
    }
  }
  return undefined;
}
