import { execFileSync } from "child_process";
import * as fs from "fs";

/**
 * Path of a program that a test drives. Where it is missing, Debian's package is
 * installed, as root; elsewhere the test fails and says what to install.
 */
export function debianTool(program: string, debianPackage: string, others: string[] = []): string {
  const found = findOnPath([program, ...others]);
  if (found) {
    return found;
  }
  if (!fs.existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    throw new Error(`This test needs ${[program, ...others].join(" or ")} on PATH: install it.`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", debianPackage], {
    env,
    stdio: "ignore",
  });
  const installed = findOnPath([program, ...others]);
  if (!installed) {
    throw new Error(`Debian's package ${debianPackage} has no program ${program}`);
  }
  return installed;
}

function findOnPath(programs: string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(":");
  return programs
    .flatMap((program) => folders.map((folder) => `${folder}/${program}`))
    .find((file) => fs.existsSync(file));
}
