import { openMachineRoom } from "../test/support/swarmNodes";
import { measure, size } from "./support/measure";
import { previewCosts, previewNote, previewTable } from "./support/previewCost";
import { openService } from "./support/service";

const counts = [4, 256];
const rounds = size(5, 1);
const goalShare = 0.1;

// Of a test network that no other test has.
const roomNumber = 87;

measure("previewSwarm", 8, async (later) => {
  const room = openMachineRoom(roomNumber);
  later(() => room.close());
  const swarm = await room.startSwarm(1, "127.0.0.0/8");
  later(() => swarm.stop());
  const config = {
    ...{ target: "swarm", host: swarm.nodes[0].host, notebook: "false" },
    // Room for 256 replicas, and small ones.
    memoryMb: "64",
    ...{ restPort: "18885", grpcPort: "18884", swarmSubnet: "10.20.0.0/22" },
  };
  const service = await openService("preview-swarm", config, later);
  const costs = await previewCosts(service, counts, rounds);
  const share = costs[1].seconds / costs[0].seconds - 1;
  return {
    title: "What a preview costs on Swarm",
    how: [previewNote(rounds), "A service is one resource there, whatever its number of replicas."],
    goals: [
      {
        goal: `${counts[1]} replicas within ${goalShare * 100} % of ${counts[0]}`,
        result: `${(share * 100).toFixed(1)} %`,
        met: Math.abs(share) <= goalShare,
      },
    ],
    tables: [previewTable(costs)],
    notMeasured: [],
  };
});
