import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { pulumiHome } from "../../cli/setup/pulumiHome";
import { root } from "../../cli/setup/folders";

/** Packages whose plugin may not be there, and is not started. */
const standIns = ["aws", "kubernetes"];

/**
 * A PULUMI_HOME with what the machine's own one has, and empty plugins for the clouds:
 * `pulumi install` wants the plugin of every package that the components use, also where it cannot
 * be downloaded, and looks for none on PATH.
 */
export function homeWithStandIns(): string {
  const own = pulumiHome(process.env);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-home-"));
  fs.symlinkSync(path.join(own, "versions"), path.join(home, "versions"));
  const replaced = new RegExp(`^resource-(${standIns.join("|")})-`);
  for (const plugin of fs.readdirSync(path.join(own, "plugins"))) {
    const folder = path.join(own, "plugins", plugin);
    if (!replaced.test(plugin) && fs.statSync(folder).isDirectory()) {
      linkFiles(folder, path.join(home, "plugins", plugin));
    }
  }
  for (const name of standIns) {
    addStandIn(home, name);
  }
  return home;
}

function addStandIn(home: string, name: string): void {
  const manifest = path.join(root, "node_modules/@pulumi", name, "package.json");
  const { version } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { version: string };
  const folder = path.join(home, "plugins", `resource-${name}-v${version}`);
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `pulumi-resource-${name}`);
  fs.writeFileSync(file, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
}

/** Links to the files: Pulumi takes a link to a folder for no plugin. */
function linkFiles(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const file of fs.readdirSync(from)) {
    fs.symlinkSync(path.join(from, file), path.join(to, file));
  }
}
