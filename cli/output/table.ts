/** Lays rows out in columns of equal width, two spaces apart, without spaces at the lines' ends. */
export function renderTable(headings: string[], rows: string[][]): string[] {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}
