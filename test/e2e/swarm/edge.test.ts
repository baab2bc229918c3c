import { describeEdge } from "../edge/edgeTests";
import { swarmTarget } from "../matrix/swarmTarget";

describeEdge("swarm", "tf_model_serving", swarmTarget);
