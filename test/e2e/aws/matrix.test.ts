// One row of the matrix; `npm run test:nightly` has them all.
import { describeEcsMatrix } from "../matrix/ecs";

describeEcsMatrix(([first]) => [first]);
