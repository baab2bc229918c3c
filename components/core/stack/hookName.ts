const given = new Map<string, number>();

/**
 * A name for a resource hook that no other hook of the program has. Pulumi knows the hooks of a stack
 * by their names alone, and two components may have the same name under two parents.
 *
 * @param text - what the hook is; the second one of the same text gets a number
 */
export function hookName(text: string): string {
  const count = (given.get(text) ?? 0) + 1;
  given.set(text, count);
  return count === 1 ? text : `${text} (${count})`;
}
