import "./program/priority";
import "./program/stackTraces";
import { readSettings } from "./program/config/settings";
import { withEdge } from "./program/edge";
import { withModel } from "./program/modelSource";
import { targets } from "./program/targets";

/** Serves the model of the stack's configuration; docs/settings.md describes the keys. */
export = async () => {
  const { settings, outputs } = await withModel(await withEdge(await readSettings()));
  const target = targets[settings.target];
  const plan = await target.preflight(settings);
  return { ...(await target.deploy(plan)), ...outputs };
};
