// Builds the library's packages: components/<name>/dist is what npm publishes and Pulumi runs.
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import * as tar from "tar";

/** The packages of the library by their folders, each after those that it needs. */
export const packages = ["core", "aws", "kubernetes"];

const root = path.join(__dirname, "..");
const notPublished = /^(dist|node_modules)$|^(package|tsconfig)\.json$|\.ts$/;

/** Compiles the packages and puts beside their code what it reads, and what npm shows of them. */
export function build(): void {
  const folders = packages.map((name) => path.join(__dirname, name));
  const tsc = require.resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "--build", ...folders], { stdio: "inherit" });
  for (const folder of folders) {
    copyAssets(folder, path.join(folder, "dist"));
    fs.copyFileSync(path.join(root, "LICENSE"), path.join(folder, "dist", "LICENSE"));
    fs.writeFileSync(path.join(folder, "dist", "package.json"), manifest(folder));
  }
}

function copyAssets(from: string, to: string): void {
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [from, to].map((folder) => path.join(folder, entry.name));
    if (notPublished.test(entry.name)) {
      continue;
    }
    if (entry.isDirectory()) {
      copyAssets(source, target);
    } else {
      fs.mkdirSync(to, { recursive: true });
      fs.copyFileSync(source, target);
    }
  }
}

/** A package's manifest, which names what was compiled in place of its sources, and the plugin. */
function manifest(folder: string): string {
  const text = fs.readFileSync(path.join(folder, "package.json"), "utf8");
  const { publishConfig, ...source } = JSON.parse(text.replaceAll(/\.ts"/g, '.js"'));
  const schema = JSON.parse(fs.readFileSync(path.join(folder, "schema.json"), "utf8"));
  const { access, provenance } = publishConfig;
  const published = {
    ...source,
    types: "./index.d.ts",
    bin: { [`pulumi-resource-${schema.name}`]: source.main },
    files: ["**", "!.tsbuildinfo"],
    publishConfig: { access, provenance },
  };
  return `${JSON.stringify(published, null, 2)}\n`;
}

const systems = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"];

/**
 * Packs the built packages as `pulumi package add NAME --server URL` fetches them, by the names that it
 * asks for: a release has them on its page. They are the same on every system.
 *
 * @see https://www.pulumi.com/docs/iac/guides/building-extending/packages/publishing-packages/
 */
export async function packPlugins(folder: string): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of packages) {
    const dist = path.join(__dirname, name, "dist");
    const schema = JSON.parse(fs.readFileSync(path.join(dist, "schema.json"), "utf8"));
    for (const system of systems) {
      const file = `pulumi-resource-${schema.name}-v${schema.version}-${system}.tar.gz`;
      const filter = (entry: string) => !entry.endsWith(".tsbuildinfo");
      await tar.create({ cwd: dist, file: path.join(folder, file), gzip: true, filter }, ["."]);
    }
  }
}

async function main(pluginFolder?: string): Promise<void> {
  build();
  if (pluginFolder) {
    await packPlugins(pluginFolder);
  }
}

if (require.main === module) {
  void main(process.argv[2]);
}
