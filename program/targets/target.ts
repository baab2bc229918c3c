import type { Settings } from "../config/settings";
import type { StackOutputs } from "../outputs";

/** A place where a service can run. */
export interface Target<Plan> {
  /**
   * Asks all that there is to ask, and checks the configuration against it.
   *
   * @returns what `deploy` needs
   * @throws RunError that lists all problems by config key, before there is any resource
   */
  preflight(settings: Settings): Promise<Plan>;

  /** Declares the resources. */
  deploy(plan: Plan): StackOutputs | Promise<StackOutputs>;
}
