import { existsSync } from "node:fs";
import * as path from "node:path";
import { parseImageReference } from "@tf-model-serving/core/facts";
import { below } from "./composeTree";
import type { Findings } from "./findings";
import type { Service } from "./service";
import type { Taking } from "./serving";
import { portsOf, wholeMiB } from "./values";

/** Where a stack mounts notebookFolder. */
const projectDir = "/home/jovyan/projectDir";

/** Makes settings of the Jupyter container. */
export function takeNotebook(service: Service, { findings, shown }: Taking): void {
  takeImage(service, findings, shown);
  takeFolders(service, findings, shown);
  const ports = portsOf(below(service.entry, "ports"), findings);
  const port = ports.find(({ inside }) => inside === 8888) ?? ports[0];
  if (port?.outside) {
    findings.take(port.entry, "notebookPort", port.outside, addressNote(port.address));
  }
  const limit =
    below(service.entry, "deploy", "resources", "limits", "memory") ??
    below(service.entry, "mem_limit");
  const memoryMb = limit && wholeMiB(limit, findings);
  if (limit && memoryMb) {
    findings.take(limit, "notebookMemoryMb", memoryMb);
  }
}

function addressNote(address: string | undefined): string | undefined {
  return address === "127.0.0.1" ? undefined : "on 127.0.0.1, with a token";
}

/** A tag that moves stays with the default, which is pinned. */
function takeImage(
  { image, dockerfile, entry }: Service,
  findings: Findings,
  shown: (folder: string) => string,
): void {
  const from = dockerfile?.from ?? (image?.text && { image: image.text, place: image });
  if (from) {
    const reference = parseImageReference(from.image);
    if ("reason" in reference) {
      findings.refuse(from.place, reference.reason);
    } else if (reference.digest || (reference.tag ?? "latest") !== "latest") {
      findings.take(from.place, "notebookImage", from.image);
    } else if (/(^|\/)jupyter\/tensorflow-notebook$/.test(reference.repository)) {
      findings.say(
        from.place,
        `notebookImage: the default, which is pinned (${from.image} is whatever is the newest)`,
      );
    } else {
      findings.take(from.place, "notebookImage", from.image);
    }
  }
  const build = below(entry, "build");
  if (!build || !dockerfile) {
    return;
  }
  findings.say(build, `read ${dockerfile.from.place.file}`);
  for (const { word, text, place } of dockerfile.others) {
    const [, file] = /\bpip3?\s+install\b.*\s(?:-r|--requirement[ =])\s*(\S+)/.exec(text) ?? [];
    const copied =
      file &&
      dockerfile.copies.find(
        ({ target }) => path.posix.basename(target) === path.posix.basename(file),
      );
    if (copied && copied.source) {
      findings.take(place, "notebookRequirements", shown(copied.source));
    } else {
      findings.leave(place, word === "RUN" ? ofPackages : "the notebook's image has its own");
    }
  }
}

const ofPackages = "is not run: name packages in a file, and set notebookRequirements to it";

/** The folder of notebooks, and one for data. */
function takeFolders(
  service: Service,
  findings: Findings,
  shown: (folder: string) => string,
): void {
  const folders = service.mounts.filter(({ source, place }) => {
    const isVolume = source !== undefined && place.path.includes(".volumes[");
    const isThere = isVolume && existsSync(source);
    if (isVolume && !isThere) {
      findings.leave(place, `${source} is no folder yet: create it, and set notebookFolder to it`);
    }
    return isThere;
  });
  const main = folders.find(({ target }) => target === projectDir) ?? folders[0];
  if (!main) {
    findings.remarks.push(
      "The compose file mounts no notebooks: those of this project are in JupyterLab.",
    );
    return;
  }
  findings.take(
    main.place,
    "notebookFolder",
    shown(main.source!),
    main.target === projectDir ? undefined : `at ${projectDir}, not at ${main.target}`,
  );
  const data = folders.find((one) => one !== main);
  if (data) {
    findings.take(
      data.place,
      "notebookDataFolder",
      shown(data.source!),
      `at /home/jovyan/model, read-only, not at ${data.target}`,
    );
  } else {
    findings.settings.notebookDataFolder = "";
  }
}
