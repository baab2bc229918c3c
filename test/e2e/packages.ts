import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { TestProject } from "vitest/node";
import { build, packages, packPlugins } from "../../components/build";
import { root } from "../../cli/setup/folders";

declare module "vitest" {
  export interface ProvidedContext {
    /** The library's packages as npm would publish them: archives by the names of their folders. */
    packages: Record<string, string>;
    /** A folder with the plugins that a release offers to `pulumi package add`. */
    plugins: string;
  }
}

/** Builds the library's packages and packs them, as a release does. */
export default async function pack(project: TestProject): Promise<() => void> {
  build();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-packages-"));
  const archives = packages.map((name) => {
    const args = ["pack", "--silent", "--pack-destination", folder];
    const cwd = path.join(root, "components", name, "dist");
    return [name, path.join(folder, execFileSync("npm", args, { cwd, encoding: "utf8" }).trim())];
  });
  const plugins = path.join(folder, "plugins");
  await packPlugins(plugins);
  project.provide("plugins", plugins);
  project.provide("packages", Object.fromEntries(archives));
  return () => fs.rmSync(folder, { recursive: true, force: true });
}
