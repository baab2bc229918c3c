import * as fs from "node:fs";
import * as path from "node:path";

import { temporaryFolder } from "./modelFolder";

/** A folder with Docker's configuration, of somebody who is logged in to these registries. */
export function dockerConfig(...registries: string[]): string {
  const folder = temporaryFolder();
  const auth = Buffer.from("ada:lovelace").toString("base64");
  const auths = Object.fromEntries(registries.map((registry) => [registry, { auth }]));
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ auths }));
  return folder;
}
