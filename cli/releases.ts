import { isMap, isScalar, parseDocument } from "yaml";
import { explicitSetting, type Mapping, settingOf } from "./setup/stackConfig";
import type { Deployment } from "./targets/target";

/** What serves, as the program puts it into the stack's outputs. */
export interface Release {
  /** Local name, or digest in a registry. */
  readonly image: string;
  /** Empty where it is not on record. */
  readonly modelVersion: string;
  /** Values of the config keys that make a release. */
  readonly settings: Record<string, string>;
  /** When it was first up, RFC 3339. @default - not on record */
  readonly releasedAt?: string;
}

/** A change of a setting, without the project's name. */
export interface Change {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly isDefault: boolean;
}

/** What Pulumi has on record of a stack's releases. */
export function releasesOf({ resources = [] }: Deployment): {
  release?: Release | null;
  previousRelease?: Release | null;
} {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return { release: stack?.outputs?.release, previousRelease: stack?.outputs?.previousRelease };
}

/**
 * The settings that a stack's file has to have for a release: its image, and those that differ from
 * what they are now.
 *
 * @param project - Pulumi.yaml
 */
export function changesFor(project: Mapping, stackFile: Mapping, release: Release): Change[] {
  return Object.entries({ image: release.image, ...release.settings })
    .map(([key, to]) => ({
      key,
      from: asText(explicitSetting(project, stackFile, key) ?? settingOf(project, {}, key)),
      to,
      isDefault: to === asText(settingOf(project, {}, key)),
    }))
    .filter(({ from, to }) => from !== to);
}

/** A stack's file with changed settings; comments and order stay. */
export function withChanges(text: string, project: Mapping, changes: Change[]): string {
  const document = parseDocument(text);
  for (const { key, to, isDefault } of changes) {
    const path = ["config", `${project.name}:${key}`];
    const node = document.getIn(path, true);
    const value = valueOf(project, key, to);
    if (isDefault) {
      document.deleteIn(path);
    } else if (isScalar(node) && typeof value !== "object") {
      // A comment behind it stays.
      node.value = value;
    } else {
      document.setIn(path, document.createNode(value));
    }
  }
  const config = document.get("config", true);
  if (isMap(config) && config.items.length > 0) {
    // The braces of an empty mapping.
    config.flow = false;
  }
  return document.toString({ lineWidth: 0 });
}

/** A value as Pulumi gives it to the program. */
function asText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}

/** A value as the stack's file has it. */
function valueOf(project: Mapping, key: string, text: string): unknown {
  const declared = (project.config ?? {}) as Record<string, { type?: string }>;
  switch (declared[key]?.type) {
    case "integer":
      return Number(text);
    case "boolean":
      return text === "true";
    case "object":
      return JSON.parse(text);
    default:
      return text;
  }
}
