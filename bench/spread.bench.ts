import { startLoad } from "../test/support/load";
import { containers, requestsPerServer } from "../test/support/docker";
import { standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { grpcTarget } from "./support/releaseLoad";
import { openService } from "./support/service";

const calls = size(4000, 400);
const underWay = [1, 8];
const replicas = 4;
const goalShare = 0.05;

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
  const rows = [];
  for (const concurrency of underWay) {
    const before = requestsPerServer(balancer, "grpc_replicas");
    const options = { concurrency, connections: 1, maxRequests: calls };
    const { failed } = await startLoad({ target: grpcTarget(grpcPort), ...options }).ended;
    const after = requestsPerServer(balancer, "grpc_replicas");
    const shares = Object.entries(after).map(([server, total]) => total - (before[server] ?? 0));
    const even = calls / replicas;
    const off = Math.max(
      ...shares.map((count) => Math.abs(count - even) / even),
      shares.length === replicas ? 0 : 1,
    );
    say(`${concurrency} under way: ${shares.join(" / ")}, ${failed} failed`);
    rows.push({ concurrency, shares, off });
  }
  const worst = Math.max(...rows.map(({ off }) => off));
  return {
    title: "Spread of one gRPC connection",
    how: [
      `${calls.toLocaleString("en")} small predictions on one connection over ${replicas} replicas, ` +
        "one at a time and eight at a time; counted by the balancer. Without a balancer that knows " +
        "gRPC, one replica gets them all.",
      ...standInNote(),
    ],
    goals: [
      {
        goal: `every replica within ${percent(goalShare)} of an even share`,
        result: `${percent(worst)} off at most`,
        met: worst <= goalShare,
      },
    ],
    tables: [
      {
        columns: ["calls under way", "calls per replica", "furthest off"],
        rows: rows.map(({ concurrency, shares, off }) => [
          String(concurrency),
          shares.join(" / "),
          percent(off),
        ]),
      },
    ],
    notMeasured: [],
  };
});

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
