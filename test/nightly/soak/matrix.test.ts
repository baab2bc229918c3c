// Every row of the matrix with every event: about 5 minutes a row, 9 on Kubernetes and 2 on ECS.
import { dockerFixed, dockerTarget } from "../../e2e/matrix/dockerTarget";
import { describeEcsMatrix } from "../../e2e/matrix/ecs";
import {
  kubernetesChanges,
  kubernetesFixed,
  kubernetesTarget,
} from "../../e2e/matrix/kubernetesTarget";
import { describeMatrix } from "../../e2e/matrix/run";
import { swarmFixed, swarmTarget } from "../../e2e/matrix/swarmTarget";

describeMatrix("docker", dockerFixed, () => dockerTarget(19200));
describeMatrix("swarm", swarmFixed, swarmTarget);
describeMatrix("kubernetes", kubernetesFixed, kubernetesTarget, { changes: kubernetesChanges });
describeEcsMatrix();
