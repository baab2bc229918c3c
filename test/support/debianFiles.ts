import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { digestOf, keptFolder } from "./keptFolder";

/**
 * Folder with the files of Debian packages, unpacked but not installed: no service of theirs starts
 * and nothing of this machine changes.
 *
 * @param packages - with the libraries they need that not every machine has
 */
export function debianFiles(packages: string[]): Promise<string> {
  return keptFolder(`debian-${digestOf(packages.join(" "))}`, async (folder) => {
    if (!fs.existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
      throw new Error("This test needs root on Debian or Ubuntu.");
    }
    const work = fs.mkdtempSync(path.join(folder, "packages-"));
    execFileSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    // apt downloads as a user of its own where it can write, as root elsewhere, and says so.
    execFileSync("apt-get", ["download", "-qq", ...packages], { cwd: work, stdio: "ignore" });
    for (const file of fs.readdirSync(work)) {
      execFileSync("dpkg-deb", ["--extract", path.join(work, file), folder]);
    }
    fs.rmSync(work, { recursive: true });
  });
}
