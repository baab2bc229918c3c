/** Written by macOS into any folder. */
const junk = /^(\.DS_Store|\._.*)$/;

/**
 * Whether a file or folder of a model version stays out of its image.
 *
 * Hidden ones do: tools leave them behind (.ipynb_checkpoints, .git), and builders send their own
 * along. Hidden files right in `assets/` do not, since a SavedModel may name them, a vocabulary
 * `.vocab.txt` for example. `model.Dockerfile` has the same rule.
 *
 * @param relative - path below the version's folder, with "/"
 */
export function staysOut(relative: string, isFile: boolean): boolean {
  const [name] = relative.split("/").slice(-1);
  const isAsset = isFile && /^assets\/[^/]+$/.test(relative) && !junk.test(name);
  return name.startsWith(".") && !isAsset;
}
