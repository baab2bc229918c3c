import * as fs from "fs";
import * as path from "path";
import { Problem } from "../../arguments/problem";
import { DockerEngine, isLocal } from "../../engine/engine";
import { jupyter } from "../../serving/notebook/jupyter";

/** What is known of the Docker host that a notebook runs on. */
export interface NotebookHost {
  engine?: DockerEngine;
  remoteHost?: boolean;
}

/**
 * The user that the notebook runs as: the owner of the notebooks, so that it can
 * save them and they stay the owner's. Never root, and jovyan where the owner is
 * not to be seen from here.
 */
export function notebookUser(folder: string, host: NotebookHost = {}): string {
  return `${ownerHere(folder, host) || jupyter.uid}:${jupyter.gid}`;
}

/** A warning when the notebook's user will not be able to save; undefined when all is well. */
export function saveWarning(folder: string, host: NotebookHost = {}): string | undefined {
  return ownerHere(folder, host) === 0
    ? `${folder} belongs to root, and the notebook never runs as root: notebooks open but cannot be ` +
        `saved. To change that: chown -R ${jupyter.uid}:${jupyter.gid} ${path.resolve(folder)}`
    : undefined;
}

/** The provider wants absolute paths; one of another machine is left as it is. */
export function hostPath(folder: string): string {
  return path.posix.isAbsolute(folder) ? folder : path.resolve(folder);
}

/** Whether a folder is there, as far as that can be seen from here; none is no problem. */
export function checkFolder(
  propertyPath: string,
  folder: string | undefined,
  host: NotebookHost,
): Problem[] {
  if (folder === undefined) {
    return [];
  }
  if (!isHere(host)) {
    return path.posix.isAbsolute(folder)
      ? []
      : [
          {
            propertyPath,
            reason: `is "${folder}", but the Docker host is another machine: give an absolute path there`,
          },
        ];
  }
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? []
    : [{ propertyPath, reason: `is "${folder}", which is no folder: create it, or name another` }];
}

/** The provider writes a mount as FOLDER:PATH; only a drive's colon is understood there. */
export function checkMountable(propertyPath: string, folder: string | undefined): Problem[] {
  const path = folder === undefined ? "" : hostPath(folder);
  return path.replace(/^[A-Za-z]:[\\/]/, "").includes(":")
    ? [
        {
          propertyPath,
          reason: `is "${path}", and Docker cannot mount a folder with a colon in its path: rename it, or name another`,
        },
      ]
    : [];
}

/** The owner's uid where the containers see the same one: with an engine on this Linux machine. */
function ownerHere(folder: string, host: NotebookHost): number | undefined {
  return process.platform === "linux" && isHere(host) ? fs.statSync(folder).uid : undefined;
}

function isHere({ engine, remoteHost }: NotebookHost): boolean {
  return !(remoteHost ?? (engine !== undefined && !isLocal(engine.host)));
}
