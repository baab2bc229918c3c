import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { pulumiHome } from "../../commands/lib/pulumiCli.mjs";
import { root } from "../../commands/lib/workspace.mjs";

/**
 * A PULUMI_HOME with what the machine's own one has, and the test provider as the plugin `aws`:
 * `pulumi install` wants the plugin of every package that the components use, also where it cannot
 * be downloaded, and looks for none on PATH.
 */
export function homeWithAws(): string {
  const own = pulumiHome(process.env);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-home-aws-"));
  fs.symlinkSync(path.join(own, "versions"), path.join(home, "versions"));
  for (const plugin of fs.readdirSync(path.join(own, "plugins"))) {
    const folder = path.join(own, "plugins", plugin);
    if (!plugin.startsWith("resource-aws-") && fs.statSync(folder).isDirectory()) {
      linkFiles(folder, path.join(home, "plugins", plugin));
    }
  }
  const { version } = JSON.parse(
    fs.readFileSync(path.join(root, "node_modules/@pulumi/aws/package.json"), "utf8"),
  ) as { version: string };
  const aws = path.join(home, "plugins", `resource-aws-v${version}`);
  fs.mkdirSync(aws, { recursive: true });
  const program = path.join(root, "test/aws/pulumi-resource-aws");
  fs.writeFileSync(path.join(aws, "pulumi-resource-aws"), `#!/bin/sh\nexec "${program}" "$@"\n`, {
    mode: 0o755,
  });
  return home;
}

/** Links to the files: Pulumi takes a link to a folder for no plugin. */
function linkFiles(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const file of fs.readdirSync(from)) {
    fs.symlinkSync(path.join(from, file), path.join(to, file));
  }
}
