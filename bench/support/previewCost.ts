import { median, say } from "./measure";
import { Service } from "./service";

/** What previews of a number of replicas cost. */
export interface PreviewCost {
  replicas: number;
  /** Median of the runs. */
  seconds: number;
  /** Highest resident size of the program's Node process, in MiB. */
  node: number;
  /** The same of the command line with everything that it starts. */
  all: number;
}

// Part of the command line of the Node process that runs the program.
const programProcess = "@pulumi/pulumi/cmd/run";

/** Previews each number of replicas `rounds` times. */
export async function previewCosts(
  service: Service,
  counts: number[],
  rounds: number,
): Promise<PreviewCost[]> {
  const costs: PreviewCost[] = [];
  for (const replicas of counts) {
    await service.configure({ replicas: String(replicas) });
    const times = [];
    for (let round = 0; round < rounds; round++) {
      times.push((await service.pulumi(["preview"])).seconds);
    }
    // A run of its own: looking at memory takes time.
    const { watchedMiB, peakMiB } = await service.pulumi(["preview"], programProcess);
    const cost = { replicas, seconds: median(times), node: watchedMiB, all: peakMiB };
    costs.push(cost);
    say(`${replicas} replicas: ${cost.seconds.toFixed(2)} s, Node ${cost.node.toFixed(0)} MiB`);
  }
  return costs;
}

/** How they were measured. */
export function previewNote(rounds: number): string {
  return (
    "`pulumi preview` of an empty stack, so that everything is a resource to create; the " +
    `median of ${rounds} runs. Memory is the highest resident size seen in one more run: of the ` +
    "program's Node process, and of the command line with everything that it starts (shared " +
    "pages count in each)."
  );
}

export function previewTable(costs: PreviewCost[]): { columns: string[]; rows: string[][] } {
  return {
    columns: ["replicas", "time", "Node", "all"],
    rows: costs.map(({ replicas, seconds, node, all }) => [
      String(replicas),
      `${seconds.toFixed(2)} s`,
      `${node.toFixed(0)} MiB`,
      `${all.toFixed(0)} MiB`,
    ]),
  };
}
