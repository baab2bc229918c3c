/**
 * The name that was probably meant: the one with the fewest insertions, deletions and replacements
 * of letters, if these are at most a third of its length.
 */
export function nearestName(given: string, names: string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Infinity;
  for (const name of names) {
    const count = editDistance(given.toLowerCase(), name.toLowerCase());
    if (count < fewest && count <= name.length / 3) {
      nearest = name;
      fewest = count;
    }
  }
  return nearest;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[right.length];
}
