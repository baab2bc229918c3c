import * as path from "node:path";
import { stringify } from "yaml";
import { below, type Entry, readComposeTree, type Trouble } from "./composeTree";
import { type Findings, newFindings } from "./findings";
import { takeNotebook } from "./notebook";
import { leaveTheRest, leaveTopKeys } from "./reasons";
import { chooseServices } from "./roles";
import { readService } from "./service";
import { type ImportTarget, takeServing } from "./serving";
import { checkShapes } from "./shapes";
import type { Variables } from "./variables";

/** A compose file, and what a stack is to be made of it. */
export interface ComposeFile {
  /** As the user called it. */
  readonly file: string;
  /** Absolute folder that it lies in. */
  readonly folder: string;
  readonly text: string;
  readonly variables: Variables;
  /** This project's own folder: paths of a stack file are relative to it. */
  readonly root: string;
  /** This project's name, in front of each key. */
  readonly project: string;
  readonly target: ImportTarget;
  /** The service to serve, where there are several. */
  readonly service?: string;
  /** What a key is where the stack file has none. */
  defaultOf(key: string): unknown;
}

/** A stack made of a compose file; `stackFile` is there exactly if nothing is wrong. */
export interface Imported {
  readonly stackFile?: string;
  readonly findings: Findings;
  /** The project's name in Compose: that of its folder, unless the file has one. */
  readonly name: string;
  /** Names of the services that were taken. */
  readonly services: { serving?: string; notebook?: string };
}

/** Makes a stack file of a compose file. Files are read; nothing is written. */
export function importCompose(compose: ComposeFile): Imported {
  const { file, folder, text, variables } = compose;
  const findings = newFindings(compose.defaultOf);
  const tree = readComposeTree(text, file, variables);
  const { root } = tree;
  const name = nameOf(below(root, "name")?.text ?? path.basename(folder));
  findings.troubles.push(...tree.troubles, ...(root ? checkShapes(root) : []));
  if (!root || servicesOf(root).fields === undefined || isOther(root, findings)) {
    return { findings, name, services: {} };
  }
  for (const one of tree.unset) {
    findings.leave(one.place, `\${${one.name}} is not set, and became empty`);
  }
  const around = { folder, root, variables };
  const services = servicesOf(root);
  const all = [...(services.fields ?? [])].filter(([, { fields }]) => fields);
  const chosen = chooseServices(
    all.map(([key, entry]) => readService(key, entry, around)),
    compose.service,
    services,
    findings,
  );
  const { serving, notebook } = chosen;
  if (serving) {
    const shown = (folder: string) => shownPath(compose.root, folder);
    const taking = { target: compose.target, findings, shown };
    takeServing(serving, taking);
    leaveTheRest(serving, "serving", findings);
    if (notebook) {
      takeNotebook(notebook, taking);
      leaveTheRest(notebook, "notebook", findings);
    } else {
      findings.settings.notebook = false;
      findings.remarks.push("The compose file has no Jupyter: notebook: false.");
    }
    leaveTopKeys(root, services, findings);
    remarkPaths(findings);
  }
  return {
    ...(findings.troubles.length === 0 && { stackFile: render(compose, findings.settings) }),
    ...{ findings, name, services: { serving: serving?.name, notebook: notebook?.name } },
  };
}

/** Whether it is no compose file, whatever else it is. */
function isOther(root: Entry, { troubles }: Findings): boolean {
  return troubles.some(({ place }) => place === root);
}

/** Before version 2 services stood at the top. */
function servicesOf(root: Entry): Entry {
  return below(root, "services") ?? root;
}

/** As Compose makes a project's name of a folder's. */
function nameOf(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "")
      .replace(/^[_-]+/, "") || "compose"
  );
}

/** Relative where the project holds it, so that the stack file works in every checkout. */
function shownPath(root: string, folder: string): string {
  const relative = path.relative(root, folder);
  const isInside = !relative.startsWith("..") && !path.isAbsolute(relative);
  return (isInside ? relative || "." : folder).split(path.sep).join("/");
}

function remarkPaths({ settings, remarks }: Findings): void {
  const keys = Object.entries(settings).filter(
    ([, value]) => typeof value === "string" && path.isAbsolute(value),
  );
  if (keys.length > 0) {
    const names = keys.map(([key]) => key).join(" and ");
    remarks.push(
      `The stack file is for this machine: paths outside this project are absolute (${names}).`,
    );
  }
}

function render({ file, project }: ComposeFile, settings: Record<string, unknown>): string {
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`${project}:${key}`, value]),
  );
  return (
    `# From ${path.basename(file)}, by npm run import; docs/settings.md has every key.\n` +
    stringify({ config }, { lineWidth: 0 })
  );
}

/** A trouble as one line. */
export function troubleText({ place, reason }: Trouble): string {
  const at = place.path === "" ? "" : `, ${place.path}`;
  return `${place.file}, line ${place.line}, column ${place.column}${at}: ${reason}`;
}
