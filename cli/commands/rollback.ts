import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { updateStack } from "../automation/update";
import { note, npmRun, say, tell } from "../output/console";
import { requireConsent } from "../output/consent";
import { Failure } from "../output/failure";
import { changesFor, type Release, releasesOf, withChanges } from "../releases";
import { prepareStack } from "../setup/prepare";
import { readMapping } from "../setup/stackConfig";
import { requireToolchain } from "../setup/toolchain";
import { openWorkspace, type Workspace } from "../setup/workspace";
import { targetOf } from "../targets";
import type { Target } from "../targets/target";
import { summarise } from "./summary";

/** Goes back to the release before the one that is up: its image, without a build, and its settings. */
export async function rollback(workspace: Workspace, { yes }: { yes?: unknown }): Promise<void> {
  const { stack, stackFile, project, root } = workspace;
  requireToolchain(workspace.env);
  const target = targetOf(workspace);
  await target.connect();
  const previous = await previousRelease(workspace, target);

  const file = path.join(root, stackFile);
  const changes = changesFor(project, readMapping(read(file), stackFile), previous);
  note("rollback", `to ${describe(previous)}; in ${stackFile}, once it is up:`);
  changes.forEach(({ key, from, to }) =>
    note("", `${key}: ${to || "empty"} (was ${from || "empty"})`),
  );
  await requireConsent(workspace, "rollback", Boolean(yes));
  const back = openWorkspace(stack, withChanges(read(file), project, changes));
  const backTarget = targetOf(back);
  const standIns = await prepareStack(back, backTarget, false);
  await updateStack(back, backTarget);
  // Whatever ends this process before, the file says what the user wrote. What was written meanwhile
  // stays.
  writeFileSync(file, withChanges(read(file), project, changes));
  say();
  tell({
    subject: "pinned",
    text: `${previous.image} in ${stackFile}: a changed model or base image has no effect`,
  });
  [
    "to end that, so that the next up builds from the model folder again:",
    npmRun("pulumi -- config rm image", stack),
    `${npmRun("rollback", stack)} goes forward again`,
  ].forEach((text) => tell({ subject: "", text }));
  await summarise(back, backTarget, standIns);
}

/** The release to go back to, which the target can still run. */
async function previousRelease(workspace: Workspace, target: Target): Promise<Release> {
  const { stack, setting } = workspace;
  const { release, previousRelease } = releasesOf((await workspace.record()) ?? {});
  if (!release || !previousRelease) {
    throw new Failure(
      release
        ? `The stack ${stack} has had one release only: there is none to go back to.`
        : `The stack ${stack} has no release on record.`,
      `change the model or a setting and ${npmRun("up", stack)}.`,
    );
  }
  if (setting("canaryVersion")) {
    throw new Failure(
      `The stack ${stack} has a canary, version ${setting("canaryVersion")}.`,
      `end it first: set canaryVersion to "" and canaryPercent to 0, and ${npmRun("up", stack)}.`,
    );
  }
  if (!(await target.hasImage(previousRelease.image))) {
    throw new Failure(
      `The image of the release before, ${previousRelease.image}, is not on the Docker Engine any more.`,
      `check out what it was made from, and ${npmRun("up", stack)} builds it.`,
    );
  }
  return previousRelease;
}

function describe({ image, modelVersion }: Release): string {
  return `${image}${modelVersion ? `, model version ${modelVersion}` : ""}`;
}

/** The text of a file, empty where there is no such file. */
function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
