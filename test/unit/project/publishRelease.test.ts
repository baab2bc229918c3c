// What the workflow release.yml runs with the packed packages, here with an npm and a gh that note how
// they are called.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { repository } from "../../support/stackConfig";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-release-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const scope = "@tf-model-serving";

function pack(name: string, version: string, files: Record<string, string> = {}): void {
  const all = { "package.json": JSON.stringify({ name: `${scope}/${name}`, version }), ...files };
  const content = path.join(folder, name, "package");
  fs.mkdirSync(content, { recursive: true });
  for (const [file, text] of Object.entries(all)) {
    fs.writeFileSync(path.join(content, file), text);
  }
  fs.mkdirSync(path.join(folder, "packed"), { recursive: true });
  const tarball = path.join(folder, "packed", `tf-model-serving-${name}-${version}.tgz`);
  execFileSync("tar", ["-czf", tarball, "-C", path.join(folder, name), "package"]);
}

/** Runs the script where npm has these versions already; gives the calls that change something. */
function publish(...onNpm: string[]): string[] {
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  const program = (name: string, text: string) =>
    fs.writeFileSync(path.join(bin, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  const note = 'printf "%s|" "$0" "$@" | sed "s|$FOLDER/[a-z]*/||g" >> "$FOLDER/calls"';
  const known = onNpm.map((spec) => `"${spec}") echo "\${2##*@}";;`).join(" ");
  program(
    "npm",
    `if [ "$1" = view ]; then case "$2" in ${known} *) exit 1;; esac; else ${note}; fi`,
  );
  program("gh", note);
  const env = {
    ...process.env,
    FOLDER: folder,
    GITHUB_SHA: "abc",
    PATH: `${bin}:${process.env.PATH}`,
  };
  execFileSync(path.join(repository, ".ci/publish-release"), [path.join(folder, "packed")], {
    env,
  });
  const calls = fs.readFileSync(path.join(folder, "calls"), "utf8");
  return calls.split(/(?=npm\||gh\|)/).map((call) => call.replaceAll("|", " ").trim());
}

const published = (name: string, version: string) =>
  `npm publish tf-model-serving-${name}-${version}.tgz --access public --provenance`;
const released = (name: string, version: string, notes: string, ...plugins: string[]) =>
  [
    ...["gh release create", `${name}-v${version}`],
    ...[`tf-model-serving-${name}-${version}.tgz`, ...plugins, "--target abc"],
    ...["--title", `${scope}/${name} ${version}`, "--notes", notes],
  ].join(" ");

it("publishes the core before what needs it, each with a release that has its changes", () => {
  pack("aws", "0.2.0", { "CHANGELOG.md": "# aws\n\n## 0.2.0\n\n- More\n\n## 0.1.0\n\n- First\n" });
  pack("core", "0.3.1", { "CHANGELOG.md": "# core\n\n## 0.3.1\n\n- A fix\n" });

  expect(publish()).toEqual([
    published("core", "0.3.1"),
    released("core", "0.3.1", "- A fix"),
    published("aws", "0.2.0"),
    released("aws", "0.2.0", "- More"),
  ]);
});

it("goes on where a run broke off between npm and GitHub", () => {
  pack("core", "0.3.1");

  expect(publish(`${scope}/core@0.3.1`)).toEqual([
    released("core", "0.3.1", `${scope}/core 0.3.1`),
  ]);
});

it("attaches the plugins of a package to its release, and no others", () => {
  pack("aws", "0.2.0", { "schema.json": JSON.stringify({ name: "tfserving-aws" }) });
  const plugins = ["tfserving-aws-v0.2.0", "tfserving-aws-v0.1.0", "tfserving-v0.2.0"];
  const files = plugins.map((plugin) => `pulumi-resource-${plugin}-linux-amd64.tar.gz`);
  files.forEach((file) => fs.writeFileSync(path.join(folder, "packed", file), ""));

  expect(publish()).toContain(released("aws", "0.2.0", `${scope}/aws 0.2.0`, files[0]));
});
