/** Where the figures were taken. */
export interface Machine {
  /** Such as "2 cores of Intel(R) Xeon(R) ..., 23 GiB". */
  hardware: string;
  /** Engine, Node and the like, with their versions. */
  software: string;
  /** YYYY-MM-DD */
  date: string;
}

/** What was aimed at, and what came out. */
export interface Goal {
  goal: string;
  result: string;
  met: boolean;
}

export interface Table {
  columns: string[];
  rows: string[][];
}

/** One question, and what a run answered. */
export interface Measurement {
  /** Name of the bench file, without .bench.ts. */
  name: string;
  title: string;
  /** How it was measured: enough to judge the figures by. */
  how: string[];
  goals: Goal[];
  tables: Table[];
  /** What the figures do not say, and why. */
  notMeasured: string[];
}

/** A section of docs/benchmarks.md. */
export function renderSection(measurement: Measurement, machine: Machine): string {
  const { name, title, how, goals, tables, notMeasured } = measurement;
  const goalTable: Table = {
    columns: ["goal", "result", ""],
    rows: goals.map(({ goal, result, met }) => [goal, result, met ? "met" : "**missed**"]),
  };
  return [
    `## ${title}`,
    ...how,
    ...(goals.length > 0 ? [renderTable(goalTable)] : []),
    ...tables.map(renderTable),
    ...(notMeasured.length > 0
      ? ["Not measured:", notMeasured.map((line) => `- ${line}`).join("\n")]
      : []),
    `\`npm run bench -- ${name}\`, ${machine.date}: ${machine.hardware}; ${machine.software}.`,
  ].join("\n\n");
}

/**
 * The page with new sections in the places of their old ones. Sections stand in this order;
 * one that was not measured again stays as it is.
 */
export function mergePage(page: string, sections: Record<string, string>, order: string[]): string {
  const kept = sectionsOf(page);
  const all = { ...kept, ...sections };
  const present = order.filter((name) => all[name] !== undefined);
  const parts = present.map((name) => `${marker(name)}\n\n${all[name].trim()}`);
  return `${[header.trim(), ...parts].join("\n\n")}\n`;
}

const header = `
# Benchmarks

\`npm run bench\` writes this page: all figures, or those that you name
(\`npm run bench -- release preview\`). What others use is measured in the same run on the same
machine, so compare figures within a section. Servers, balancers and the load share one machine
unless a section says otherwise: absolute rates mean little elsewhere.
`;

function marker(name: string): string {
  return `<!-- bench: ${name} -->`;
}

function sectionsOf(page: string): Record<string, string> {
  const [, ...parts] = page.split(/^<!-- bench: (\S+) -->$/m);
  const sections: Record<string, string> = {};
  for (let place = 0; place < parts.length; place += 2) {
    sections[parts[place]] = parts[place + 1].trim();
  }
  return sections;
}

function renderTable({ columns, rows }: Table): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  // Figures stand to the right, what they are of to the left.
  const rule = columns.map((_, place) => (place === 0 ? "---" : "---:"));
  return [line(columns), line(rule), ...rows.map(line)].join("\n");
}
