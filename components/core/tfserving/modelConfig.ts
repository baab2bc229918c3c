import { isObject, shown } from "../arguments/checks";
import type { Problem } from "../arguments/problem";
import {
  judgedBy,
  listOf,
  objectOf,
  oneOf,
  problemsOf,
  textLike,
  wholeNumberFrom,
} from "../arguments/schema";
import { checkModelName } from "./modelName";
import { checkVersion } from "./versionNumber";

/** Which versions of a model are loaded. */
export enum ModelVersionPolicy {
  /** The highest `numVersions`. */
  Latest = "latest",
  /** Every version in the folder. */
  All = "all",
  /** Those listed in `versions`. */
  Specific = "specific",
}

/**
 * One of several models that a server serves.
 *
 * Source: tensorflow_serving/config/model_server_config.proto, g3doc/serving_config.md.
 */
export interface ModelConfigOptions {
  /** Name in URLs and requests. */
  name: string;

  /**
   * Absolute folder inside the image, or a URI, that holds the model's versions. `/models/<folder>`
   * stands for the folder of that name in the model folder; what lies elsewhere is not part of the
   * image, and is not checked.
   * @default - "/models/" and the name
   */
  basePath?: string;

  /** Which versions are loaded. @default ModelVersionPolicy.Latest */
  versionPolicy?: ModelVersionPolicy;

  /** Number of versions under `latest`, 1 or more. Only with `latest`. @default 1 */
  numVersions?: number;

  /**
   * Versions in decimal, such as `["1690000000"]`. Required by `specific`, only with it.
   * @default - those that the policy finds
   */
  versions?: string[];

  /**
   * Version in decimal by label, such as `{stable: "42", canary: "43"}`, for
   * `/v1/models/<name>/labels/<label>`. A label consists of letters, digits and `_`; its version
   * has to be among those that the policy loads.
   * @default - none
   */
  labels?: Record<string, string>;
}

const highestUint32 = 2 ** 32 - 1;

const schema = objectOf<ModelConfigOptions>({
  name: judgedBy<string>((name) => checkModelName(name, "")),
  basePath: textLike(/^(\/|[a-z][a-z0-9+.-]*:\/\/.)/i, "use an absolute path or a URI").optional(),
  versionPolicy: oneOf(ModelVersionPolicy).optional(),
  numVersions: wholeNumberFrom(1, highestUint32).optional(),
  versions: listOf(judgedBy((version) => checkVersion(version, ""))).optional(),
  labels: judgedBy(checkLabels).optional(),
});

/** Finds what the server would refuse or pass over in a list of models. */
export function checkModelConfigs(models: ModelConfigOptions[]): Problem[] {
  if (!Array.isArray(models) || models.length === 0) {
    return [{ propertyPath: "", reason: "lists no model: use at least one or leave it out" }];
  }
  return models.flatMap((model, index) => {
    const problems = problemsOf(schema, model, `[${index}]`);
    const name: unknown = model?.name;
    const first = models.findIndex((other) => other?.name === name);
    if (typeof name === "string" && first < index) {
      const reason = `is ${shown(name)} like the name at index ${first}; a name can be given once`;
      problems.push({ propertyPath: `[${index}].name`, reason });
    }
    // Relations between fields only say something once each field is sound.
    return problems.length > 0 ? problems : checkRelations(model, `[${index}]`);
  });
}

/**
 * Checks the name of the model that clients get who know of one only: of several models it is one.
 *
 * @param models - a list in which `checkModelConfigs` found nothing. @default - the one model
 */
export function checkMainModel(
  modelName: string,
  models: ModelConfigOptions[] | undefined,
): Problem[] {
  const names = models?.map(({ name }) => name) ?? [modelName];
  return names.includes(modelName)
    ? []
    : [
        {
          propertyPath: "modelName",
          reason: `is ${shown(modelName)}, which is not among the models that are served: use one of ${names.join(", ")}`,
        },
      ];
}

/** Version by label, by model; models without labels are left out. */
export function modelLabels(
  models: ModelConfigOptions[] | undefined,
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    (models ?? [])
      .filter(({ labels }) => Object.keys(labels ?? {}).length > 0)
      .map(({ name, labels = {} }) => [name, labels]),
  );
}

function checkRelations(model: ModelConfigOptions, path: string): Problem[] {
  const { versionPolicy: policy = ModelVersionPolicy.Latest, versions, labels = {} } = model;
  const problems: Problem[] = [];
  const refuse = (name: string, reason: string) =>
    problems.push({ propertyPath: `${path}.${name}`, reason });

  if (model.numVersions !== undefined && policy !== ModelVersionPolicy.Latest) {
    refuse("numVersions", `has no effect under the version policy "${policy}": leave it out`);
  }
  if (policy !== ModelVersionPolicy.Specific) {
    if (versions !== undefined) {
      refuse(
        "versions",
        `has no effect under the version policy "${policy}": leave it out or choose "specific"`,
      );
    }
    return problems;
  }
  if (!versions?.length) {
    refuse("versions", 'is empty; the version policy "specific" needs versions');
    return problems;
  }
  const twice = versions.find((version, index) => versions.indexOf(version) < index);
  if (twice !== undefined) {
    refuse("versions", `lists ${shown(twice)} twice`);
  }
  for (const [label, version] of Object.entries(labels)) {
    if (!versions.includes(version)) {
      refuse(
        `labels.${label}`,
        `is ${version}, which is not among the versions ${versions.join(", ")}`,
      );
    }
  }
  return problems;
}

function checkLabels(labels: unknown): Problem[] {
  if (!isObject(labels)) {
    return [{ propertyPath: "", reason: `is ${shown(labels)}: use an object, version by label` }];
  }
  return Object.entries(labels).flatMap(([label, version]) =>
    /^[a-zA-Z0-9_]+$/.test(label)
      ? checkVersion(version, label)
      : [{ propertyPath: label, reason: "is no label: use letters, digits and _" }],
  );
}

/**
 * The folder below /models/ in the image, and below the model folder outside it, that holds a
 * model's versions; undefined for a model that does not come with the image.
 */
export function imageFolder(model: ModelConfigOptions): string | undefined {
  const path = basePathOf(model).replace(/\/+$/, "");
  return path === "/models" || path.startsWith("/models/")
    ? path.slice("/models/".length)
    : undefined;
}

function basePathOf({ name, basePath }: ModelConfigOptions): string {
  return basePath ?? `/models/${name}`;
}

/** Whether any model has a label, which the server only takes with a flag of its own. */
export function usesLabels(models: ModelConfigOptions[]): boolean {
  return models.some((model) => Object.keys(model.labels ?? {}).length > 0);
}

/** Renders `ModelServerConfig` as text-proto, models in the order given, labels by name. */
export function renderModelConfigs(models: ModelConfigOptions[]): string {
  return `model_config_list {\n${models.map(renderModelConfig).join("")}}\n`;
}

function renderModelConfig(model: ModelConfigOptions): string {
  const labels = Object.entries(model.labels ?? {}).sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  const lines = [
    `name: ${JSON.stringify(model.name)}`,
    `base_path: ${JSON.stringify(basePathOf(model))}`,
    'model_platform: "tensorflow"',
    `model_version_policy { ${renderPolicy(model)} }`,
    ...labels.map(([label, version]) => `version_labels { key: "${label}" value: ${version} }`),
  ];
  return `  config {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n`;
}

function renderPolicy(model: ModelConfigOptions): string {
  switch (model.versionPolicy ?? ModelVersionPolicy.Latest) {
    case ModelVersionPolicy.All:
      return "all {}";
    case ModelVersionPolicy.Specific:
      return `specific { ${(model.versions ?? []).map((version) => `versions: ${version}`).join(" ")} }`;
    case ModelVersionPolicy.Latest:
      return `latest { num_versions: ${model.numVersions ?? 1} }`;
  }
}
