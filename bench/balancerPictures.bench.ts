import { samplePredictMessage } from "../test/support/sampleRequests";
import { measure, say, size } from "./support/measure";
import { peerBusyMs, peerRows } from "./support/pictureRows";

const rounds = size(9, 1);
const load = { rounds, atATime: 4, calls: size(300, 50) };
const goal = 0.85;

measure("balancerPictures", 10, async (later) => {
  const request = await samplePredictMessage("images");
  say(`${rounds} rounds of ${load.calls} calls with ${(request.length / 1e6).toFixed(2)} MB each`);
  const rows = await peerRows({ ...load, request }, later);
  return {
    title: "gRPC pictures through the balancer",
    how: [
      `h2load, ${load.atATime} calls at a time on one connection, each with a picture of 224x224x3 ` +
        `(${(request.length / 1e6).toFixed(2)} MB); the median of ${rounds} rounds of ${load.calls} calls, direct and ` +
        "balanced in turns, and of the rounds' own ratios. The peer reads a call, computes for " +
        `${peerBusyMs} ms on one thread and answers. One that computes nothing shows the most that HAProxy passes on.`,
    ],
    goals: [
      {
        goal: `${goal} of direct at least`,
        result: rows[0].ratio.toFixed(2),
        met: rows[0].ratio >= goal,
      },
    ],
    tables: [
      {
        columns: ["gRPC pictures", "direct", "balanced", "ratio"],
        rows: rows.map(({ name, direct, balanced, ratio }) => [
          ...[name, `${direct.toFixed(0)}/s`, `${balanced.toFixed(0)}/s`, ratio.toFixed(2)],
        ]),
      },
    ],
    notMeasured: [
      "The balancer on a core of its own: here it shares two with peer and load.",
      "TensorFlow Serving itself, which answers 283 to 310 pictures per second on one CPU.",
    ],
  };
});
