import * as pulumi from "@pulumi/pulumi";
import { ModelConfigOptions, ServerOptions } from "../components";
import { isObject } from "../components/core/checks";

/**
 * Reads the config key server. Versions that are numbers there become text, which is what
 * `pulumi config set --path 'server.models[0].versions[0]' 123` and YAML without quotes give. One
 * that JSON has rounded stays a number, and is refused where versions are checked.
 */
export function readServer(config: pulumi.Config): ServerOptions | undefined {
  const server = config.getObject<ServerOptions>("server");
  const models: unknown = server?.models;
  return server && Array.isArray(models) ? { ...server, models: models.map(withTexts) } : server;
}

function withTexts(model: unknown): ModelConfigOptions {
  if (!isObject(model)) {
    return model as ModelConfigOptions; // refused where models are checked
  }
  const { versions, labels } = model as Record<string, unknown>;
  return {
    ...model,
    ...(Array.isArray(versions) && { versions: versions.map(asText) }),
    ...(isObject(labels) && {
      labels: Object.fromEntries(
        Object.entries(labels).map(([label, version]) => [label, asText(version)]),
      ),
    }),
  } as ModelConfigOptions;
}

function asText(version: unknown): unknown {
  return Number.isSafeInteger(version) ? String(version) : version;
}
