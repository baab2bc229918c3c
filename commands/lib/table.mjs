// @ts-check

/**
 * Lays rows out in columns of equal width, two spaces apart.
 *
 * @param {string[]} headings
 * @param {string[][]} rows
 * @returns {string[]} lines, without spaces at their ends
 */
export function renderTable(headings, rows) {
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
