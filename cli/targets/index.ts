import { dockerTarget } from "./docker/dockerTarget";
import { ecsTarget } from "./ecs/ecsTarget";
import { kubernetesTarget } from "./kubernetes/kubernetesTarget";
import type { StackContext, Target } from "./target";

/** The target of a stack, by its setting `target`. Nothing is asked yet. */
export function targetOf(context: StackContext): Target {
  switch (context.setting("target")) {
    case "ecs":
      return ecsTarget(context);
    case "kubernetes":
      return kubernetesTarget(context);
    default:
      return dockerTarget(context);
  }
}
