import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { type Mapping, readMapping, settingOf } from "../cli/setup/stackConfig";

/** Variables of a job, such as `process.env`; GitHub gives what is not set as an empty text. */
export type Given = Record<string, string | undefined>;

/** Every Pulumi.<stack>.yaml of the repository is a stack. */
export function stacksIn(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** What a stack asks of a job that works on it. */
export interface StackNeeds {
  readonly target: string;
  /** Whether it is on the very machine that the job runs on, so that no other job sees it. */
  readonly local: boolean;
  /** What is not given to the job, each with its kind: `variable AWS_ROLE_ARN`. */
  readonly missing: readonly string[];
}

export function needsOf(stack: string, folder: string, given: Given): StackNeeds {
  const project = mappingIn(path.join(folder, "Pulumi.yaml"));
  const own = mappingIn(path.join(folder, `Pulumi.${stack}.yaml`));
  const setting = (key: string) => String(settingOf(project, own, key) ?? "");
  const target = setting("target");
  const isSsh = setting("host").startsWith("ssh://");
  const hasBackend = Boolean(given.PULUMI_BACKEND_URL || given.PULUMI_ACCESS_TOKEN);
  const local = target === "docker" && setting("host") === "" && !hasBackend;
  const wanted: [needed: boolean, has: unknown, what: string][] = [
    [
      !local,
      hasBackend,
      "variable PULUMI_BACKEND_URL or secret PULUMI_ACCESS_TOKEN, for the stack's state",
    ],
    [
      own.encryptionsalt !== undefined,
      given.PULUMI_CONFIG_PASSPHRASE,
      "secret PULUMI_CONFIG_PASSPHRASE, for the stack's secrets",
    ],
    [target === "ecs", given.AWS_ROLE_ARN, "variable AWS_ROLE_ARN, for the role on AWS"],
    [target === "kubernetes", given.KUBECONFIG_TEXT, "secret KUBECONFIG, for the cluster"],
    [isSsh, given.SSH_PRIVATE_KEY, "secret SSH_PRIVATE_KEY, for the Docker host"],
    [isSsh, given.SSH_KNOWN_HOSTS, "variable SSH_KNOWN_HOSTS, for the Docker host"],
  ];
  return {
    ...{ target, local },
    missing: wanted.filter(([needed, has]) => needed && !has).map(([, , what]) => what),
  };
}

/** Why a stack is left out, in a sentence; undefined where it is not. */
export function leftOut(
  { local, missing }: StackNeeds,
  job: { readonly fork: boolean; readonly sharedOnly: boolean },
): string | undefined {
  if (local && job.sharedOnly) {
    return "Left out: it is a stack for one's own machine, without a state that others share.";
  }
  if (missing.length === 0) {
    return undefined;
  }
  return job.fork
    ? "Left out: GitHub gives no credentials to a pull request from a fork. Somebody with write " +
        "access can push the branch to this repository, where it is previewed."
    : `Left out: its GitHub environment lacks ${missing.join("; ")} (docs/pull-requests.md).`;
}

function mappingIn(file: string): Mapping {
  return readMapping(readFileSync(file, "utf8"), path.basename(file));
}
