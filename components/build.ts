// Builds the library's packages: components/<name>/dist is what npm publishes and Pulumi runs.
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";

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

/** A package's manifest that names what was compiled in place of its sources. */
function manifest(folder: string): string {
  const text = fs.readFileSync(path.join(folder, "package.json"), "utf8");
  const { publishConfig, ...source } = JSON.parse(text.replaceAll(/\.ts"/g, '.js"'));
  const { access, provenance } = publishConfig;
  const files = ["**", "!.tsbuildinfo"];
  const published = {
    ...source,
    types: "./index.d.ts",
    files,
    publishConfig: { access, provenance },
  };
  return `${JSON.stringify(published, null, 2)}\n`;
}

if (require.main === module) {
  build();
}
