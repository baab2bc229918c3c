import type { Problem } from "../arguments/problem";

const longestModelName = 128;

/**
 * Checks the name under which a model is served.
 *
 * TensorFlow Serving matches names in URLs with `[^/:]+` (http_rest_api_util.cc) and takes them as
 * a folder below the base path; the stock image's entrypoint puts the name into a shell command
 * without quotes; Docker takes it in a label and an environment variable. What is safe in all of
 * them without escaping: letters, digits, `_`, `-` and `.`, beginning with a letter, a digit or
 * `_`, at most 128 characters. Names are case-sensitive.
 */
export function checkModelName(name: string, propertyPath: string): Problem[] {
  const refuse = (reason: string): Problem[] => [{ propertyPath, reason }];
  if (typeof name !== "string" || name === "") {
    return refuse("is empty: use the name of the folder that holds the model's versions");
  }
  if (/[/:]/.test(name)) {
    return refuse(
      `"${name}" holds "/" or ":", which TensorFlow Serving reads as the end of a model name in ` +
        "its URLs: use letters, digits, _, - and .",
    );
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
    return refuse(
      `${JSON.stringify(name)} cannot be used unescaped in URLs, in the image's entrypoint and as ` +
        "a folder; begin with a letter, a digit or _ and use letters, digits, _, - and .",
    );
  }
  if (name.length > longestModelName) {
    return refuse(
      `has ${name.length} characters; Docker and file systems take at most ${longestModelName} here`,
    );
  }
  return [];
}
