const units: [string, number][] = [
  ["d", 86400],
  ["h", 3600],
  ["m", 60],
];

/** A time span in milliseconds as kubectl shows it: 45s, 12m, 5h, 3d. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [unit, length] = units.find(([, length]) => seconds >= 2 * length) ?? ["s", 1];
  return `${Math.floor(seconds / length)}${unit}`;
}
