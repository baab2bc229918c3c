import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { pulumiHome } from "../../cli/setup/pulumiHome";

/**
 * A PULUMI_HOME with the machine's engine and these plugins alone: what needs another one fails, or
 * downloads it.
 */
export function bareHome(...plugins: string[]): string {
  const own = pulumiHome(process.env);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-home-"));
  fs.symlinkSync(path.join(own, "versions"), path.join(home, "versions"));
  const wanted = new RegExp(`^resource-(${plugins.join("|")})-v[^-]*$`);
  for (const plugin of fs.readdirSync(path.join(own, "plugins"))) {
    const folder = path.join(own, "plugins", plugin);
    if (wanted.test(plugin) && fs.statSync(folder).isDirectory()) {
      linkFiles(folder, path.join(home, "plugins", plugin));
    }
  }
  return home;
}

/** Links to the files: Pulumi takes a link to a folder for no plugin. */
function linkFiles(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const file of fs.readdirSync(from)) {
    fs.symlinkSync(path.join(from, file), path.join(to, file));
  }
}
