import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { show } from "../automation/process";
import { Failure } from "../output/failure";
import { root } from "./folders";

/** What a command is told of policies. */
export interface PolicyOptions {
  /** Folder of a policy pack. */
  readonly policyPack?: unknown;
  /** File with its levels and settings. */
  readonly policyPackConfig?: unknown;
}

/** The same as Pulumi's Automation API takes it. */
export interface Policies {
  readonly policyPacks?: string[];
  readonly policyPackConfigs?: string[];
}

/** This repository's own pack, which has to be compiled before Pulumi can start it. */
const ownPack = path.join(root, "policy");

/**
 * Finds a policy pack and its config file, which is config.json in the pack's folder unless another one is
 * named. Paths are relative to the folder of the project.
 */
export async function preparePolicies(options: PolicyOptions): Promise<Policies> {
  const { policyPack, policyPackConfig } = options;
  if (policyPack === undefined && policyPackConfig === undefined) {
    return {};
  }
  if (policyPack === undefined) {
    throw new Failure(
      "--policy-pack-config goes with a policy pack, and none is named.",
      "name its folder as well: --policy-pack policy",
      2,
    );
  }
  const pack = path.resolve(root, String(policyPack));
  if (!existsSync(path.join(pack, "PulumiPolicy.yaml"))) {
    throw new Failure(
      `--policy-pack is ${String(policyPack)}, which is no policy pack: it has no PulumiPolicy.yaml.`,
      "name a folder that has one, such as policy.",
      2,
    );
  }
  const config = path.resolve(root, String(policyPackConfig ?? path.join(pack, "config.json")));
  if (policyPackConfig !== undefined && !existsSync(config)) {
    throw new Failure(
      `--policy-pack-config is ${String(policyPackConfig)}, and there is no such file.`,
      "name a JSON file with the settings of each policy (docs/policy.md).",
      2,
    );
  }
  if (pack === ownPack) {
    await compile(pack);
  }
  return { policyPacks: [pack], policyPackConfigs: existsSync(config) ? [config] : [] };
}

async function compile(folder: string): Promise<void> {
  const compiler = createRequire(path.join(folder, "package.json")).resolve("typescript/bin/tsc");
  const code = await show(process.execPath, [compiler, "--project", folder], { progress: true });
  if (code !== 0) {
    throw new Failure("The policy pack does not compile.", "see the compiler's messages above.");
  }
}
