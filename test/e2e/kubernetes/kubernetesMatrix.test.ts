// A part of one row of the matrix; `npm run test:soak` has it all.
import { kubernetesFixed, kubernetesTarget, otherScaling } from "../matrix/kubernetesTarget";
import { describeMatrix } from "../matrix/run";

describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, {
  rows: ([first]) => [first],
  // Replicas and balancers change in one update.
  events: ["another flag", "a broken model, and with it another flag", "an update that is killed"],
  changes: [otherScaling],
});
