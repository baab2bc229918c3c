import * as fs from "node:fs";
import * as path from "node:path";

/** A file that the image of a version gets. */
export interface VersionFile {
  /** Path below the version's folder, with "/". */
  name: string;
  /** Where it can be read. */
  place: string;
  /** What it points to, where it is a link that the image keeps as one. */
  link?: string;
}

/** What a version's folder holds once links are followed. */
export interface VersionFiles {
  files: VersionFile[];
  /** Links that lead nowhere, or in a circle. */
  broken: string[];
  /** Whether anything lies elsewhere, so that a build can only use a copy of the folder. */
  leadsOut: boolean;
}

/**
 * The files of a version, in the order of their names. DVC and the cache of Hugging Face put links
 * in place of files and folders, and the version may be one itself: they count as what they lead to.
 * Links that are relative and stay in the version remain links, as a build copies them.
 */
export function filesOf(folder: string): VersionFiles {
  const found: VersionFiles = {
    files: [],
    broken: [],
    leadsOut: fs.lstatSync(folder).isSymbolicLink(),
  };
  addFolder(found, folder, "", [fs.realpathSync(folder)], true);
  return found;
}

/**
 * @param within - the real folders that lead here, the version's first
 * @param isOwn - whether no link was followed below the version's folder
 */
function addFolder(
  found: VersionFiles,
  folder: string,
  above: string,
  within: string[],
  isOwn: boolean,
): void {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const place = path.join(folder, entry.name);
    const name = `${above}${entry.name}`;
    const real = path.join(within[within.length - 1], entry.name);
    const link = entry.isSymbolicLink() ? fs.readlinkSync(place) : undefined;
    if (link !== undefined && isOwn && staysIn(within[0], real, link)) {
      found.files.push({ name, place, link });
      continue;
    }
    found.leadsOut ||= link !== undefined;
    if (!fs.existsSync(place)) {
      found.broken.push(place);
    } else if (!fs.statSync(place).isDirectory()) {
      found.files.push({ name, place });
    } else {
      const next = link === undefined ? real : fs.realpathSync(place);
      if (within.includes(next)) {
        found.broken.push(place);
      } else {
        addFolder(found, place, `${name}/`, [...within, next], isOwn && link === undefined);
      }
    }
  }
}

function staysIn(root: string, real: string, link: string): boolean {
  const target = path.resolve(path.dirname(real), link);
  return (
    !path.isAbsolute(link) &&
    (target === root || target.startsWith(root + path.sep)) &&
    fs.existsSync(target)
  );
}
