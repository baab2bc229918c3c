// The entrance of all npm commands, in plain Node.js: on a fresh clone no package is there yet.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Whether what is installed is what the lock file asks for. By content, since a checkout changes
 * times; optional packages of other platforms may be missing.
 *
 * @param {{ packages?: Record<string, any> }} locked - package-lock.json
 * @param {{ packages?: Record<string, any> } | undefined} installed - node_modules/.package-lock.json
 */
export function packagesAreCurrent(locked, installed) {
  const have = installed?.packages ?? {};
  return Object.entries(locked.packages ?? {}).every(([folder, wanted]) => {
    const found = have[folder];
    if (folder === "" || (!found && (wanted.optional || wanted.peer))) {
      return true;
    }
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

/**
 * How to start npm without a shell: `npm run` names its own script; elsewhere Windows has npm as a
 * batch file only, which needs one.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} platform
 */
export function npmCommand(env, platform) {
  const script = env.npm_execpath;
  return script && /npm-cli\.c?js$/.test(script)
    ? { program: process.execPath, args: [script], shell: false }
    : { program: "npm", args: [], shell: platform === "win32" };
}

/** Runs `npm ci`; what it prints is no result, and so goes to stderr. */
function installPackages() {
  const { program, args, shell } = npmCommand(process.env, process.platform);
  // Whatever NODE_ENV says: the development packages hold Pulumi's command line.
  const child = spawn(program, [...args, "ci", "--include=dev", "--no-audit", "--no-fund"], {
    ...{ cwd: root, shell, stdio: ["ignore", 2, 2] },
  });
  return new Promise((resolve) => {
    child.on("error", () => resolve(127)).on("close", (code) => resolve(code ?? 1));
  });
}

/** @param {string} file */
function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/**
 * @param {string} problem
 * @param {string} advice
 */
function fail(problem, advice) {
  console.error(`\nError: ${problem}\nWhat to do: ${advice}`);
  process.exitCode = 1;
}

async function start() {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    return fail(
      `Node.js 20 or later is needed, and this is ${process.versions.node}.`,
      "install a current Node.js from https://nodejs.org.",
    );
  }
  const locked = readLock(path.join(root, "package-lock.json")) ?? {};
  const installed = readLock(path.join(root, "node_modules", ".package-lock.json"));
  if (!packagesAreCurrent(locked, installed)) {
    console.error("packages   installing the npm packages of package-lock.json (npm ci)");
    const code = await installPackages();
    if (code !== 0) {
      return fail(
        `npm ci ended with exit code ${code}.`,
        "see its messages above; behind a company proxy, npm config get registry shows where it looks.",
      );
    }
  }
  const require = createRequire(import.meta.url);
  require("tsx/cjs/api").register();
  const { main } = require("./main.ts");
  await main(process.argv.slice(2));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await start();
}
