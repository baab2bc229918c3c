import picocolors from "picocolors";

/** Colours for a stream: none where it is no terminal, or the user wants none (NO_COLOR). */
export function coloursFor(stream: { isTTY?: boolean }) {
  const wanted = Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return picocolors.createColors(wanted);
}
