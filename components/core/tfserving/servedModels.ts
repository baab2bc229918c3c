import type { LoadedModel } from "./batchedSignatures";
import {
  checkMainModel,
  checkModelConfigs,
  imageFolder,
  type ModelConfigOptions,
  ModelVersionPolicy,
} from "./modelConfig";
import { checkModelFolder, type ModelFolder } from "./modelFolder";
import { checkModelName } from "./modelName";
import type { Problem } from "../arguments/problem";
import { judgedBy, problemsOf } from "../arguments/schema";
import { checkVersion, listVersions } from "./versionNumber";

/** What decides which model versions a server loads. */
export interface ServedModelsCheck {
  modelFolder: string;
  /** The model that clients get who know of one only; one of `models`, if there are any. */
  modelName: string;
  /** Version of the only model; excludes `models`. @default - the highest in the folder */
  modelVersion?: string;
  /** @default - the one model */
  models?: ModelConfigOptions[];
  /** Signature that `modelName` has to have. */
  signatureName: string;
  /** @default ["serve"] */
  tags?: string[];
}

/** A version as it lies in the image, at `/models/<path>`. */
export interface ServedVersion {
  /** `<folder of the model>/<version>`. */
  path: string;
  version: string;
  /** Where it lies on this machine. */
  folder: string;
}

/** Result of `checkServedModels`: `main` is there exactly if `problems` is empty. */
export interface CheckedModels {
  problems: Problem[];
  /** The model `modelName`. */
  main?: ModelFolder;
  /** What the image has to hold, the lowest version number first, then by path. */
  versions: ServedVersion[];
  /** The models of the image in which nothing is wrong. */
  loaded: LoadedModel[];
}

/** What a client calls who names no signature. */
const defaultSignature = "serving_default";

/**
 * Checks every model that will be served against its folder, and tells which versions those are.
 *
 * A model whose `basePath` lies outside /models/ is not part of the image: there is nothing to
 * check, and it cannot be `modelName`.
 */
export function checkServedModels(args: ServedModelsCheck): CheckedModels {
  return args.models === undefined ? checkOne(args) : checkSeveral(args, args.models);
}

function checkOne(args: ServedModelsCheck): CheckedModels {
  const { modelFolder, modelName, modelVersion, signatureName, tags } = args;
  const bad = modelVersion === undefined ? [] : checkVersion(modelVersion, "modelVersion");
  const pinned = modelVersion !== undefined && bad.length === 0;
  const { problems, model } = checkModelFolder(modelFolder, modelName, {
    signatureName,
    tags,
    choice: pinned
      ? { versionPolicy: ModelVersionPolicy.Specific, versions: [modelVersion] }
      : undefined,
  });
  return {
    problems: [...bad, ...problems],
    main: bad.length > 0 ? undefined : model,
    versions: model ? placed(modelName, model) : [],
    loaded: model ? [{ model, signatureName }] : [],
  };
}

function checkSeveral(args: ServedModelsCheck, models: ModelConfigOptions[]): CheckedModels {
  const problems = problemsOf(judgedBy(checkModelConfigs), models, "models");
  if (problems.length > 0) {
    return { problems, versions: [], loaded: [] };
  }
  problems.push(...checkMain(args, models));
  const versions = new Map<string, ServedVersion>();
  const loaded: LoadedModel[] = [];
  let main: ModelFolder | undefined;
  models.forEach((options, index) => {
    const folder = imageFolder(options);
    if (folder === undefined) {
      return;
    }
    const isMain = options.name === args.modelName;
    const checked = checkFolderOf(options, folder, `models[${index}]`, isMain, args);
    problems.push(...checked.problems);
    if (checked.model) {
      main = isMain ? checked.model : main;
      const signatureName = isMain ? args.signatureName : defaultSignature;
      loaded.push({ model: checked.model, signatureName });
      placed(folder, checked.model).forEach((version) => versions.set(version.path, version));
    }
  });
  return {
    problems,
    main: problems.length > 0 ? undefined : main,
    versions: [...versions.values()].sort(byNumberThenPath),
    loaded,
  };
}

function checkMain(args: ServedModelsCheck, models: ModelConfigOptions[]): Problem[] {
  const problems = checkMainModel(args.modelName, models);
  const main = models.find(({ name }) => name === args.modelName);
  if (main && imageFolder(main) === undefined) {
    problems.push({
      propertyPath: "modelName",
      reason: `is "${main.name}", whose basePath ${main.basePath} is not in the image: use a model below /models/`,
    });
  }
  if (args.modelVersion !== undefined) {
    problems.push({
      propertyPath: "modelVersion",
      reason:
        `is ${args.modelVersion} beside models: leave it out and use the version policy "specific" ` +
        `with versions ["${args.modelVersion}"]`,
    });
  }
  return problems;
}

function checkFolderOf(
  options: ModelConfigOptions,
  folder: string,
  path: string,
  isMain: boolean,
  { modelFolder, signatureName, tags }: ServedModelsCheck,
): { problems: Problem[]; model?: ModelFolder } {
  if (checkModelName(folder, path).length > 0) {
    return {
      problems: [
        {
          propertyPath: `${path}.basePath`,
          reason: `is "${options.basePath}", but the image has model folders directly below /models/: use /models/<folder>, or a path elsewhere`,
        },
      ],
    };
  }
  const checked = checkModelFolder(modelFolder, folder, {
    signatureName: isMain ? signatureName : null,
    tags,
    choice: options,
    propertyPath: `${path}.${options.basePath === undefined ? "name" : "basePath"}`,
    versionPropertyPath: (version) =>
      `${path}.versions[${options.versions?.indexOf(version) ?? 0}]`,
  });
  return checked.model
    ? { ...checked, problems: checkLabels(options, checked.model, `${path}.labels`) }
    : checked;
}

/** TensorFlow Serving would answer calls by such a label with an error for ever. */
function checkLabels(options: ModelConfigOptions, model: ModelFolder, path: string): Problem[] {
  const loaded = model.versions.map(({ version }) => version);
  return Object.entries(options.labels ?? {})
    .filter(([, version]) => !loaded.includes(version))
    .map(([label, version]) => ({
      propertyPath: `${path}.${label}`,
      reason: `is ${version}, a version that is not loaded; loaded are ${listVersions(loaded)}`,
    }));
}

function placed(folder: string, { versions }: ModelFolder): ServedVersion[] {
  return versions.map((one) => ({
    path: `${folder}/${one.version}`,
    version: one.version,
    folder: one.folder,
  }));
}

function byNumberThenPath(left: ServedVersion, right: ServedVersion): number {
  const [a, b] = [BigInt(left.version), BigInt(right.version)];
  return a !== b ? (a < b ? -1 : 1) : left.path < right.path ? -1 : 1;
}
