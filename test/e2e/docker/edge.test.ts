import { describeEdge } from "../edge/edgeTests";
import { dockerTarget } from "../matrix/dockerTarget";

describeEdge("docker", "tf_model_serving", () => dockerTarget(19501));
