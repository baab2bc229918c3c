// @ts-check
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { note } from "./command.mjs";
import { ownFolder } from "./workspace.mjs";

/**
 * Removes what a Pulumi that was killed while it wrote has left of a file's attributes. A folder
 * backend replaces its files whole, but writes `<file>.attrs` in place: an empty one makes
 * Pulumi refuse the file ("failed to load checkpoint: EOF"), and it needs none.
 *
 * Only in the project's own backend, and after `removeDeadLocks`: nobody writes there then.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @see https://pkg.go.dev/gocloud.dev/blob/fileblob
 */
export function removeTornFiles({ backend, project, name }) {
  if (!backend.own) {
    return;
  }
  const torn = tornFiles(ownFolder, String(project.name), name);
  torn.forEach((file) => rmSync(file, { force: true }));
  if (torn.length > 0) {
    note(
      "recovery",
      "Pulumi was killed while it wrote its record: what it left of that is removed",
    );
  }
}

/**
 * Empty files with attributes of a stack's record, its backups and its history.
 *
 * @param {string} folder - of the backend
 * @param {string} project
 * @param {string} stack
 * @returns {string[]}
 */
export function tornFiles(folder, project, stack) {
  const own = path.join(folder, ".pulumi");
  const record = filesIn(path.join(own, "stacks", project)).filter((file) =>
    path.basename(file).startsWith(`${stack}.json`),
  );
  const older = ["backups", "history"].flatMap((kind) =>
    filesIn(path.join(own, kind, project, stack)),
  );
  return [...record, ...older].filter(
    (file) => file.endsWith(".attrs") && statSync(file).size === 0,
  );
}

/** @param {string} folder */
function filesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((file) => path.join(folder, file)) : [];
}
