import { ModelVersionPolicy } from "./modelConfig";

/** Which of a model's versions are loaded, in the terms of `ModelConfigOptions`. */
export interface VersionChoice {
  /** @default ModelVersionPolicy.Latest */
  versionPolicy?: ModelVersionPolicy;
  /** @default 1 */
  numVersions?: number;
  /** Decimal, for `specific` only. */
  versions?: string[];
}

/**
 * The versions that TensorFlow Serving loads of those that it finds, as it decides itself
 * (file_system_storage_path_source.cc): `latest` takes the highest numbers, `specific` those that
 * are listed, as far as they are there.
 *
 * @param found - versions in decimal, ascending by number
 */
export function chooseVersions(found: string[], choice: VersionChoice): string[] {
  switch (choice.versionPolicy ?? ModelVersionPolicy.Latest) {
    case ModelVersionPolicy.All:
      return found;
    case ModelVersionPolicy.Specific:
      return found.filter((version) => choice.versions?.includes(version));
    case ModelVersionPolicy.Latest:
      return found.slice(-(choice.numVersions ?? 1));
  }
}
