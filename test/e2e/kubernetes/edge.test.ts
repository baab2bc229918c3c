import { describeEdge } from "../edge/edgeTests";
import { kubernetesTarget } from "../matrix/kubernetesTarget";

describeEdge("kubernetes", "scale", kubernetesTarget);
