/** AWS's own words of an error, out of those that Pulumi puts around them. */
export function awsWords(error: unknown): string {
  return (error instanceof Error ? error.message : String(error))
    .replace(/\s+/g, " ")
    .replace(/^.*\b\d+ errors? occurred: \* /, "")
    .replace(/^invocation of \S+ returned an error: /, "")
    .trim();
}
