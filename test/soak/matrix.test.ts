// Every row of the matrix: about 5 minutes each, and 10 on Kubernetes.
import { dockerFixed, dockerTarget } from "../matrix/dockerTarget";
import { kubernetesChanges, kubernetesFixed, kubernetesTarget } from "../matrix/kubernetesTarget";
import { describeMatrix } from "../matrix/run";
import { swarmFixed, swarmTarget } from "../matrix/swarmTarget";

const all = <T>(rows: T[]) => rows;

describeMatrix("docker", dockerFixed, () => dockerTarget(18900), all);
describeMatrix("swarm", swarmFixed, swarmTarget, all);
describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, all, kubernetesChanges);
