import { imageFolder, type ModelConfigOptions, ModelVersionPolicy } from "./modelConfig";

/**
 * What has to be AVAILABLE before a replica gets requests, as the supervisor's `TFS_STATUS_MODELS`
 * takes it; undefined without `models`, for the image names its own model.
 *
 * A server opens its ports as soon as one version of each model is loaded, while others load. Until
 * then calls of those would fail, and a call without a version would reach a lower one. So every
 * version that is configured is waited for: those that are listed, those that have a label, and,
 * where the policy chooses several from the image, all that the server finds there. Labels need no
 * more: the server knows them before it loads anything (server_core.cc), and its status of a label
 * lists all versions of the model (get_model_status_impl.cc).
 *
 * Of a model outside the image, whose versions may come and go, any version will do beside those.
 */
export function statusModels(models: ModelConfigOptions[] | undefined): string | undefined {
  return models?.flatMap(entries).join(",");
}

function entries(model: ModelConfigOptions): string[] {
  const { name, versions = [], labels = {} } = model;
  const numbers = new Set([...versions, ...Object.values(labels)]);
  const named = [...numbers].map((version) => `${name}/versions/${version}`);
  if (model.versionPolicy === ModelVersionPolicy.Specific) {
    return named;
  }
  const several = model.versionPolicy === ModelVersionPolicy.All || (model.numVersions ?? 1) > 1;
  return [several && imageFolder(model) !== undefined ? `${name}/versions/*` : name, ...named];
}

/**
 * Base URL for REST by model, such as `http://127.0.0.1:8501/v1/models/flowers`. A version or a label
 * is named after it: `/versions/2:predict`, `/labels/stable:predict`.
 *
 * @param origin - `http://HOST:PORT`
 */
export function modelUrls(
  origin: string,
  modelName: string,
  models: ModelConfigOptions[] | undefined,
): Record<string, string> {
  const names = models?.map(({ name }) => name) ?? [modelName];
  return Object.fromEntries(names.map((name) => [name, `${origin}/v1/models/${name}`]));
}
