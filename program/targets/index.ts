import type { TargetName } from "../config/key";
import { docker } from "./docker";
import { ecs } from "./ecs";
import { kubernetes } from "./kubernetes";
import { swarm } from "./swarm";
import type { Target } from "./target";

/** Every target by its name in the configuration. */
export const targets: Readonly<Record<TargetName, Target<unknown>>> = {
  docker,
  swarm,
  ecs,
  kubernetes,
};
