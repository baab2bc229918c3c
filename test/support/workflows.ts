import * as fs from "fs";
import * as path from "path";
import { parse } from "yaml";
import { root } from "../../cli/setup/folders";

/** A step as a workflow has it. */
export interface Step {
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

/** A job as a workflow has it. */
export interface Job {
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps: Step[];
}

/** A workflow of GitHub as it is written. */
export interface Workflow {
  permissions?: object;
  jobs: Record<string, Job>;
}

export const workflowFolder = path.join(root, ".github", "workflows");

/** The text of every workflow, by the name of its file. */
export const workflowTexts = Object.fromEntries(
  fs
    .readdirSync(workflowFolder)
    .map((file) => [file, fs.readFileSync(path.join(workflowFolder, file), "utf8")]),
);

/** A workflow, read. */
export function workflow(file: string): Workflow {
  return parse(workflowTexts[file]);
}

/** The command of the step of a job that runs `.ci/job.ts` with a name. */
export function commandOf(file: string, job: string, name: string): string {
  const found = workflow(file).jobs[job].steps.find(({ run }) => run?.includes(`job.ts ${name}`));
  if (!found?.run) {
    throw new Error(`${file} has no step in ${job} that runs ${name}`);
  }
  return found.run;
}
