import * as fs from "fs";
import * as path from "path";
import { inject } from "vitest";
import { parse } from "yaml";
import { root } from "../../cli/setup/folders";
import { docker } from "../../test/support/docker";

/** An image of this machine by the setting that names it. */
export function imageName(setting: "baseImage" | "balancerImage"): string {
  const { config } = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
  return inject("images")[setting] ?? config[setting].default;
}

/** One sentence on what stands in for the images that could not be had. */
export function standInNote(): string[] {
  const standIns = Object.entries(inject("images"))
    .filter(([key]) => key.endsWith("Image"))
    .map(([, image]) => image);
  return standIns.length === 0
    ? []
    : [
        `Base images are local stand-ins (${standIns.join(", ")}), for all that is compared: ` +
          "TensorFlow Serving's own start, speed and memory are other ones.",
      ];
}

/** Images of a repository, by their tags. */
export function imagesOf(repository: string): string[] {
  const format = "{{.Repository}}:{{.Tag}}";
  return docker("image", "ls", "--format", format, repository).split("\n").filter(Boolean);
}

/** Removes images that the bench built; those in use stay. */
export function removeImages(...names: string[]): void {
  for (const name of names) {
    try {
      docker("image", "rm", name);
    } catch {
      // A stopped stack's successor may run it.
    }
  }
}
