// A part of one row of the matrix; `npm run test:soak` has it all.
import { describeMatrix } from "../matrix/run";
import { swarmFixed, swarmTarget } from "../matrix/swarmTarget";

describeMatrix("swarm", swarmFixed, swarmTarget, {
  rows: ([first]) => [first],
  events: [
    "a new model version",
    "a broken model, and with it another flag",
    "an update that is killed",
  ],
});
