// @ts-check
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bringUp } from "./lib/bringUp.mjs";
import { Failure, note, npmRun, runCommand, say, stackOption } from "./lib/command.mjs";
import { requireConsent, yesOption } from "./lib/consent.mjs";
import { readDeployment } from "./lib/deployment.mjs";
import { requireEngine } from "./lib/engine.mjs";
import { isOnKubernetes } from "./lib/kubernetes/cluster.mjs";
import { capture } from "./lib/process.mjs";
import { changesFor, releasesOf, withChanges } from "./lib/releases.mjs";
import { readMapping } from "./lib/stackConfig.mjs";
import { summarise } from "./lib/summary.mjs";
import { requireOwnTarget } from "./lib/target.mjs";
import { requireToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

await runCommand({
  name: "rollback",
  summary:
    "Goes back to the release before the one that is up: its image, without a build, and its settings.",
  options: { ...stackOption, ...yesOption },
  notes: [
    "It pins that release in the stack's config file once the update has ended well, and not before.",
    "A second rollback goes forward again.",
    "Exit code 0: the release before is served and answered; 1: not so.",
  ],
  run: async (values) => {
    const workspace = await openWorkspace(values.stack);
    const { stack, stackFile, project } = workspace;
    requireOwnTarget(workspace, "rollback");
    requireToolchain(root, workspace.env);
    if (!isOnKubernetes(workspace)) {
      await requireEngine(workspace.host);
    }
    const previous = await previousRelease(workspace);

    const file = path.join(root, stackFile);
    const changes = changesFor(project, await readMapping(read(file), stackFile), previous);
    note("rollback", `to ${describe(previous)}; in ${stackFile}, once it is up:`);
    changes.forEach(({ key, from, to }) =>
      note("", `${key}: ${to || "empty"} (was ${from || "empty"})`),
    );
    await requireConsent(workspace, "rollback", Boolean(values.yes));
    const pinned = await withChanges(read(file), project, changes);
    const back = await openWorkspace(values.stack, pinned);
    const standIns = await bringUp(back);
    // Whatever ends this process before, the file says what the user wrote. What was written
    // meanwhile stays.
    writeFileSync(file, await withChanges(read(file), project, changes));
    say();
    note(
      "pinned",
      `${previous.image} in ${stackFile}: a changed model or base image has no effect`,
    );
    note("", "to end that, so that the next up builds from the model folder again:");
    note("", npmRun("pulumi -- config rm image", stack));
    note("", `${npmRun("rollback", stack)} goes forward again`);
    await summarise(back, standIns);
  },
});

/**
 * The release to go back to, which the engine still has.
 *
 * @param {import("./lib/workspace.mjs").Workspace} workspace
 * @returns {Promise<import("./lib/releases.mjs").Release>}
 */
async function previousRelease(workspace) {
  const { stack, host } = workspace;
  const { release, previousRelease } = releasesOf((await readDeployment(workspace)) ?? {});
  if (!release || !previousRelease) {
    throw new Failure(
      release
        ? `The stack ${stack} has had one release only: there is none to go back to.`
        : `The stack ${stack} has no release on record.`,
      `change the model or a setting and ${npmRun("up", stack)}.`,
    );
  }
  if (workspace.setting("canaryVersion")) {
    throw new Failure(
      `The stack ${stack} has a canary, version ${workspace.setting("canaryVersion")}.`,
      `end it first: set canaryVersion to "" and canaryPercent to 0, and ${npmRun("up", stack)}.`,
    );
  }
  const { image } = previousRelease;
  const args = ["--host", host, "image", "inspect", "--format", "{{.Id}}", image];
  // What was pushed can be had from its registry again.
  if (!image.includes("@") && (await capture("docker", args)).code !== 0) {
    throw new Failure(
      `The image of the release before, ${image}, is not on the Docker Engine any more.`,
      `check out what it was made from, and ${npmRun("up", stack)} builds it.`,
    );
  }
  return previousRelease;
}

/** @param {import("./lib/releases.mjs").Release} release */
function describe({ image, modelVersion }) {
  return `${image}${modelVersion ? `, model version ${modelVersion}` : ""}`;
}

/**
 * @param {string} file
 * @returns {string} its text, empty where there is no such file
 */
function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
