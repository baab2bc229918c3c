// Every row of the matrix with every event: about 5 minutes a row, 9 on Kubernetes and 2 on ECS.
import { dockerFixed, dockerTarget } from "../matrix/dockerTarget";
import { describeEcsMatrix } from "../matrix/ecs";
import { kubernetesChanges, kubernetesFixed, kubernetesTarget } from "../matrix/kubernetesTarget";
import { describeMatrix } from "../matrix/run";
import { swarmFixed, swarmTarget } from "../matrix/swarmTarget";

describeMatrix("docker", dockerFixed, () => dockerTarget(19200));
describeMatrix("swarm", swarmFixed, swarmTarget);
describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, { changes: kubernetesChanges });
describeEcsMatrix();
