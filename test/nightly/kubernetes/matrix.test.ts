// Every row of the matrix with every event on Kubernetes: about 9 minutes a row.
import {
  kubernetesChanges,
  kubernetesFixed,
  kubernetesTarget,
} from "../../e2e/matrix/kubernetesTarget";
import { describeMatrix } from "../../e2e/matrix/run";

describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, { changes: kubernetesChanges });
