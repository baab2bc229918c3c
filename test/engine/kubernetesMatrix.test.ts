// One row of the matrix; `npm run test:soak` has them all.
import { kubernetesChanges, kubernetesFixed, kubernetesTarget } from "../matrix/kubernetesTarget";
import type { Row } from "../matrix/rows";
import { describeMatrix } from "../matrix/run";

const one = ([first]: Row[]) => [first];
describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, one, kubernetesChanges);
