import { currentStack } from "@tf-model-serving/core/internal/stack/currentStack";
import { recordOf, textLike } from "@tf-model-serving/core/internal/arguments/schema";

/**
 * Tags of an AWS resource: its stack, its part in it and the caller's own. The two of this library
 * win over the caller's, since bills and clean-ups are sorted by them.
 *
 * @param component - the part, such as `cluster`
 * @param tags - the caller's own. @default - none
 * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
 */
export function tagsFor(
  component: string,
  tags: Record<string, string> = {},
): Record<string, string> {
  return {
    ...tags,
    "tfserving:component": component,
    "tfserving:stack": currentStack(),
  };
}

/** Tags of the caller's. */
export function tagsSchema() {
  return recordOf(textLike(/^/, "use a text"));
}
