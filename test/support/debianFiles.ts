import { execFileSync } from "child_process";
import { createHash } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/**
 * Folder with the files of Debian packages, unpacked but not installed: no service of theirs starts
 * and nothing of this machine changes. It is kept for later runs.
 *
 * @param packages - with the libraries they need that not every machine has
 */
export function debianFiles(packages: string[]): string {
  const key = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 12);
  const cache = path.join(os.homedir(), ".cache", "tfserving-tests");
  const folder = path.join(cache, `debian-${key}`);
  if (fs.existsSync(folder)) {
    return folder;
  }
  if (!fs.existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    throw new Error("This test needs root on Debian or Ubuntu.");
  }
  fs.mkdirSync(cache, { recursive: true });
  // Moved into place, so that a test that is interrupted leaves no half of it.
  const work = fs.mkdtempSync(path.join(cache, "debian-"));
  try {
    execFileSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    // apt downloads as a user of its own where it can write, as root elsewhere, and says so.
    execFileSync("apt-get", ["download", "-qq", ...packages], { cwd: work, stdio: "ignore" });
    const unpacked = path.join(work, "files");
    for (const file of fs.readdirSync(work)) {
      execFileSync("dpkg-deb", ["--extract", path.join(work, file), unpacked]);
    }
    if (!fs.existsSync(folder)) {
      fs.renameSync(unpacked, folder);
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  return folder;
}
