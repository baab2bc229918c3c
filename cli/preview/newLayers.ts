import { existsSync, lstatSync, readdirSync } from "node:fs";
import * as path from "node:path";
import type { Planned } from "./planned";

/** A layer that an update builds, pushes and pulls. */
export interface NewLayer {
  readonly image: string;
  /** Of the files that go into it, before compression. @default - they are fetched by the update */
  readonly bytes?: number;
  /** The image that it goes on top of. */
  readonly on: string;
}

/**
 * The layers of images that an update builds anew. Everything below them is there already.
 *
 * @param root - the project's folder, which build contexts begin at
 */
export function newLayers({ changes }: Planned, root: string): NewLayer[] {
  return changes
    .filter(
      ({ operation, type, inputs }) =>
        type === "docker:index/remoteImage:RemoteImage" && operation !== "delete" && inputs.build,
    )
    .map(({ inputs }) => {
      const { context, buildArgs = {} } = inputs.build;
      const folder = path.resolve(root, String(context));
      return {
        image: String(inputs.name),
        bytes: existsSync(folder) ? folderBytes(folder) : undefined,
        on: String(buildArgs.PARENT_IMAGE ?? buildArgs.BASE_IMAGE ?? ""),
      };
    });
}

/** `1.0 MB`. */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { encoding: "utf8", recursive: true })
    .map((file) => lstatSync(path.join(folder, file)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
