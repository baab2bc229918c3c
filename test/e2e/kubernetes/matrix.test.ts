// A part of one row of the matrix; `npm run test:nightly` has them all.
import { kubernetesFixed, kubernetesTarget, otherScaling } from "../matrix/kubernetesTarget";
import { describeMatrix } from "../matrix/run";

describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, {
  rows: ([first]) => [first],
  events: ["an update that is killed"],
  changes: [otherScaling],
});
