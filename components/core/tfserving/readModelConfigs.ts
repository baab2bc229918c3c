import { parse } from "protobufjs";
import { fromText } from "protobufjs/ext/textformat";

import { type ModelConfigOptions, ModelVersionPolicy } from "./modelConfig";

/** Source: tensorflow_serving/config/model_server_config.proto, file_system_storage_path_source.proto. */
const messages = parse(`
  syntax = "proto3";
  message ModelServerConfig { ModelConfigList model_config_list = 1; }
  message ModelConfigList { repeated ModelConfig config = 1; }
  message ModelConfig {
    string name = 1;
    string base_path = 2;
    int32 model_type = 3;
    string model_platform = 4;
    Policy model_version_policy = 7;
    map<string, int64> version_labels = 8;
  }
  message Policy {
    message Latest { uint32 num_versions = 1; }
    message All {}
    message Specific { repeated int64 versions = 1; }
    oneof policy_choice { Latest latest = 100; All all = 101; Specific specific = 102; }
  }
`).root;

interface ConfigMessage {
  modelConfigList?: {
    config?: {
      name: string;
      basePath?: string;
      modelPlatform?: string;
      modelVersionPolicy?: {
        latest?: { numVersions?: number };
        all?: object;
        specific?: { versions?: string[] };
      };
      versionLabels?: Record<string, string>;
    }[];
  };
}

/**
 * Reads `ModelServerConfig` as text-proto, the file of `model_config_file`.
 *
 * @throws Error that names the line, or a platform that is not TensorFlow's
 */
export function readModelConfigs(text: string): ModelConfigOptions[] {
  const type = messages.lookupType("ModelServerConfig");
  const { modelConfigList } = type.toObject(fromText(type, text), {
    longs: String,
  }) as ConfigMessage;
  return (modelConfigList?.config ?? []).map(
    ({ name, basePath, modelPlatform, modelVersionPolicy, versionLabels }) => {
      if (modelPlatform && modelPlatform !== "tensorflow") {
        throw new Error(`model ${name} is of the platform "${modelPlatform}", not "tensorflow"`);
      }
      return {
        name,
        ...(basePath && { basePath: basePath.replace(/(.)\/+$/, "$1") }),
        ...readPolicy(modelVersionPolicy),
        ...(versionLabels && { labels: versionLabels }),
      };
    },
  );
}

type PolicyMessage = NonNullable<
  NonNullable<ConfigMessage["modelConfigList"]>["config"]
>[number]["modelVersionPolicy"];

function readPolicy(policy: PolicyMessage): Partial<ModelConfigOptions> {
  if (policy?.all) {
    return { versionPolicy: ModelVersionPolicy.All };
  }
  if (policy?.specific) {
    return { versionPolicy: ModelVersionPolicy.Specific, versions: policy.specific.versions ?? [] };
  }
  const numVersions = policy?.latest?.numVersions ?? 1;
  return numVersions > 1 ? { numVersions } : {};
}
