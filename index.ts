import "./program/priority";
import "./program/stackTraces";
import { readSettings } from "./program/config/settings";
import { targets } from "./program/targets";

/** Serves the model folder of the stack's configuration; docs/settings.md describes the keys. */
export = async () => {
  const settings = await readSettings();
  const target = targets[settings.target];
  const plan = await target.preflight(settings);
  return target.deploy(plan);
};
