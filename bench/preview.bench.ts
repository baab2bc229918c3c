import { measure, median, say, size } from "./support/measure";
import { openService } from "./support/service";

const counts = [4, 64, 256];
const rounds = size(3, 1);
const goalMs = 30;
// Part of the command line of the Node process that runs the program.
const programProcess = "@pulumi/pulumi/cmd/run";

measure("preview", 8, async (later) => {
  const service = await openService("preview", { ...ports, notebook: "false" }, later);
  const rows: { replicas: number; seconds: number; node: number; all: number }[] = [];
  for (const replicas of counts) {
    await service.configure({ replicas: String(replicas) });
    const times = [];
    for (let round = 0; round < rounds; round++) {
      times.push((await service.pulumi(["preview"])).seconds);
    }
    // A run of its own: looking at memory takes time.
    const { watchedMiB, peakMiB } = await service.pulumi(["preview"], programProcess);
    rows.push({ replicas, seconds: median(times), node: watchedMiB, all: peakMiB });
    const { seconds, node, all } = rows.at(-1)!;
    say(
      `${replicas} replicas: ${seconds.toFixed(1)} s, Node ${node.toFixed(0)} MiB of ${all.toFixed(0)} MiB`,
    );
  }
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const perReplica = ((last.seconds - first.seconds) / (last.replicas - first.replicas)) * 1000;
  return {
    title: "What a preview costs",
    how: [
      "`pulumi preview` of an empty stack, so that every replica is a resource to create; the " +
        `median of ${rounds} runs. Memory is the highest resident size seen in one more run: of the ` +
        "program's Node process, and of the command line with everything that it starts (shared " +
        "pages count in each).",
    ],
    goals: [
      {
        goal: `at most ${goalMs} ms per replica on local Docker`,
        result: `${perReplica.toFixed(1)} ms`,
        met: perReplica <= goalMs,
      },
    ],
    tables: [
      {
        columns: ["replicas", "time", "Node", "all"],
        rows: rows.map(({ replicas, seconds, node, all }) => [
          String(replicas),
          `${seconds.toFixed(2)} s`,
          `${node.toFixed(0)} MiB`,
          `${all.toFixed(0)} MiB`,
        ]),
      },
    ],
    notMeasured: [],
  };
});

const ports = { restPort: "18861", grpcPort: "18860" };
