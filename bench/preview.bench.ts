import { measure, size } from "./support/measure";
import { previewCosts, previewNote, previewTable } from "./support/previewCost";
import { openService } from "./support/service";

const counts = [4, 64, 256];
const rounds = size(3, 1);
const goalMs = 30;

measure("preview", 8, async (later) => {
  const ports = { restPort: "18861", grpcPort: "18860" };
  const service = await openService("preview", { ...ports, notebook: "false" }, later);
  const costs = await previewCosts(service, counts, rounds);
  const [first, last] = [costs[0], costs[costs.length - 1]];
  const perReplica = ((last.seconds - first.seconds) / (last.replicas - first.replicas)) * 1000;
  return {
    title: "What a preview costs",
    how: [previewNote(rounds)],
    goals: [
      {
        goal: `at most ${goalMs} ms per replica on local Docker`,
        result: `${perReplica.toFixed(1)} ms`,
        met: perReplica <= goalMs,
      },
    ],
    tables: [previewTable(costs)],
    notMeasured: [],
  };
});
