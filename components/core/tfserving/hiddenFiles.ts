/** Written by macOS into any folder. */
const junk = /^(\.DS_Store|\._.*)$/;

/**
 * Whether a file of a model version stays out of its image.
 *
 * Hidden ones do: tools leave them behind (.ipynb_checkpoints, .git), and builders send their own
 * along. Hidden files right in `assets/` do not, since a SavedModel may name them, a vocabulary
 * `.vocab.txt` for example. `model.Dockerfile` has the same rule.
 *
 * A file in a folder that stays out does too.
 *
 * @param file - path below the version's folder, with "/"
 */
export function staysOut(file: string): boolean {
  const parts = file.split("/");
  const isAsset = parts.length === 2 && parts[0] === "assets" && !junk.test(parts[1]);
  return (isAsset ? parts.slice(0, 1) : parts).some((name) => name.startsWith("."));
}
