/**
 * Annotation of every object that the components declare: an update sets what they declare also where
 * somebody else has set it since (`kubectl scale`, `kubectl label`), and does not end in a conflict of
 * field managers. What they do not declare stays whose it is.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export const takingBack = { "pulumi.com/patchForce": "true" };
