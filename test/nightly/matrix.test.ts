// Every row of the matrix with every event: about 5 minutes a row, 2 on ECS.
import { dockerFixed, dockerTarget } from "../e2e/matrix/dockerTarget";
import { describeEcsMatrix } from "../e2e/matrix/ecs";
import { describeMatrix } from "../e2e/matrix/run";
import { swarmFixed, swarmTarget } from "../e2e/matrix/swarmTarget";

describeMatrix("docker", dockerFixed, () => dockerTarget(19200));
describeMatrix("swarm", swarmFixed, swarmTarget);
describeEcsMatrix();
