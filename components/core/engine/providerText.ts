// The provider reads values back in its own spelling. Any other spelling of the
// same value would show up as a change, and replace the container, in every update.

/** Seconds as Go prints a duration: 60 is `1m0s`. */
export function durationText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** A number of CPUs as the provider prints it: 1 is `1.0`, and 10 is `10.`. */
export function cpusText(cpus: number): string {
  // Twice, because it rounds some values, and prints what it rounded to in another way.
  return printed(Number(printed(cpus)));
}

function printed(cpus: number): string {
  const digits = cpus.toFixed(9);
  return digits.split("0").length - 1 === 9 ? cpus.toFixed(1) : digits.replace(/0+$/, "");
}
