// One row of the matrix; `npm run test:soak` has them all.
import { describeMatrix } from "../matrix/run";
import { swarmFixed, swarmTarget } from "../matrix/swarmTarget";

describeMatrix("swarm", swarmFixed, swarmTarget, ([first]) => [first]);
