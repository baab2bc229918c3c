import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { spawnSync } from "node:child_process";
import { beforeEach, expect, it, vi } from "vitest";
import { cached } from "../../../components/core/modelSource/cache";
import { temporaryFolder } from "../../support/modelFolder";

let cache: string;

beforeEach(() => {
  cache = temporaryFolder();
  vi.stubEnv("TFSERVING_CACHE", cache);
});

/** Fills an entry with a file that says who did. */
function fill(who: string) {
  return async (work: string) => {
    const folder = path.join(work, "done");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "who"), who);
    return folder;
  };
}

const whoIn = (folder: string) => fs.readFileSync(path.join(folder, "who"), "utf8");
const partial = () => fs.readdirSync(path.join(cache, "partial"));

it("an entry is filled once, and nothing else is left", async () => {
  const first = await cached("key", fill("first"));
  expect(first.isNew).toBe(true);
  expect(await cached("key", fill("second"))).toEqual({ folder: first.folder, isNew: false });
  expect(whoIn(first.folder)).toBe("first");
  expect(partial()).toEqual([]);
});

it("of two that fill an entry at once one wins, and both have it whole", async () => {
  const slow = cached("key", async (work) => {
    // Another process, which has a work folder of its own, is done before this one.
    fs.mkdirSync(path.join(cache, "models", "key"), { recursive: true });
    fs.writeFileSync(path.join(cache, "models", "key", "who"), "other");
    return fill("slow")(work);
  });
  expect(whoIn((await slow).folder)).toBe("other");
  expect(partial()).toEqual([]);
});

it("what fails leaves no entry, and the next one goes on with what there is", async () => {
  const broken = cached("key", async (work) => {
    fs.writeFileSync(path.join(work, "half"), "half");
    throw new Error("broken");
  });
  await expect(broken).rejects.toThrow("broken");
  expect(fs.existsSync(path.join(cache, "models"))).toBe(false);
  const { folder } = await cached("key", async (work) => {
    fs.renameSync(path.join(work, "half"), path.join(work, "who"));
    return work;
  });
  expect(whoIn(folder)).toBe("half");
});

it("a process takes over from one that has ended, and from no other", async () => {
  const { pid: ended } = spawnSync("true");
  const left = (pid: number) => path.join(cache, "partial", `key.${os.hostname()}.${pid}`);
  for (const pid of [ended, process.ppid]) {
    fs.mkdirSync(left(pid), { recursive: true });
    fs.writeFileSync(path.join(left(pid), "who"), `process ${pid}`);
  }
  const { folder } = await cached("key", async (work) => work);
  expect(whoIn(folder)).toBe(`process ${ended}`);
  expect(fs.existsSync(left(process.ppid))).toBe(true);
});
