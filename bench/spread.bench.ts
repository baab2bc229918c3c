import { containers, requestsPerServer } from "../test/support/docker";
import { standInNote } from "./support/images";
import { measure, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { openService } from "./support/service";
import { measureSpread, spreadCells, spreadGoal } from "./support/spread";

const calls = size(4000, 400);
const underWay = [1, 8];
const replicas = 4;

const grpcPort = 18840;

measure("spread", 5, async (later) => {
  const service = await openService(
    "spread",
    {
      restPort: "18841",
      grpcPort: String(grpcPort),
      replicas: String(replicas),
      notebook: "false",
      modelName,
      modelFolder: makeModel(1),
    },
    later,
  );
  await service.up();
  const [balancer] = containers(service.label, "balancer");
  const count = () => requestsPerServer(balancer, "grpc_replicas");
  const rows = [];
  for (const atOnce of underWay) {
    rows.push(await measureSpread({ grpcPort, calls, underWay: atOnce, replicas, count }));
  }
  return {
    title: "Spread of one gRPC connection",
    how: [
      `${calls.toLocaleString("en")} small predictions on one connection over ${replicas} replicas, ` +
        "one at a time and eight at a time; counted by the balancer. Without a balancer that knows " +
        "gRPC, one replica gets them all.",
      ...standInNote(),
    ],
    goals: [spreadGoal(rows)],
    tables: [
      {
        columns: ["calls under way", "calls per replica", "furthest off"],
        rows: rows.map(spreadCells),
      },
    ],
    notMeasured: [],
  };
});
