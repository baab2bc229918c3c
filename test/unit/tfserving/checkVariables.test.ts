import * as fs from "node:fs";
import * as path from "node:path";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  BrokenIndexError,
  readCheckpointIndex,
} from "../../../components/core/tfserving/checkpointIndex";
import { checkVariables } from "../../../components/core/tfserving/checkVariables";
import { refusals } from "../../support/refusals";
import { encodeCheckpointIndex, type TableOptions, writeShard } from "./checkpointFile";
import { temporaryFolder, testdata, writeFiles } from "./savedModelFile";

function indexOf(bytes: Uint8Array): string {
  const folder = temporaryFolder();
  writeFiles(folder, { "variables.index": bytes });
  return path.join(folder, "variables.index");
}

describe("the index of a checkpoint", () => {
  it.each([
    ["scale/1", [177]],
    ["add_one/1", [89]],
    ["tf1/7", [4]],
    ["sharded/1", [492, 12]],
  ])("that TensorFlow wrote gives the length of each shard: %s", (folder, shardBytes) => {
    const index = path.join(testdata, folder, "variables/variables.index");
    expect(readCheckpointIndex(index)).toEqual({ shardBytes });
  });

  it("gives the end of the last tensor in each shard, whatever its blocks are", () => {
    const tensor = fc.record({
      shardId: fc.nat(3),
      offset: fc.nat(2 ** 40),
      size: fc.nat(2 ** 33),
    });
    fc.assert(
      fc.property(
        fc.array(tensor, { maxLength: 100 }),
        fc.integer({ min: 1, max: 60 }),
        (tensors, perBlock) => {
          const index = indexOf(encodeCheckpointIndex(4, tensors, { perBlock }));
          const shardBytes = [0, 1, 2, 3].map((shard) =>
            tensors
              .filter(({ shardId, size }) => shardId === shard && size > 0)
              .reduce((end, { offset, size }) => Math.max(end, offset + size), 0),
          );
          expect(readCheckpointIndex(index)).toEqual({ shardBytes });
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each<[string, TableOptions, { shardId: number; offset: number; size: number }]>([
    ["compressed", { compression: 1 }, { shardId: 0, offset: 0, size: 4 }],
    ["at odds with itself", {}, { shardId: 2, offset: 0, size: 4 }],
  ])("is not judged when it is %s", (_, options, tensor) => {
    const index = indexOf(encodeCheckpointIndex(2, [tensor], options));
    expect(readCheckpointIndex(index)).toBeUndefined();
  });

  it("is not judged when bytes in it are wrong, and never throws anything unknown", () => {
    const good = encodeCheckpointIndex(2, [{ shardId: 0, offset: 0, size: 4 }]);
    for (let position = 0; position < good.length - 8; position++) {
      const bad = Buffer.from(good);
      bad[position] ^= 0xff;
      expect(() => readCheckpointIndex(indexOf(bad)), `byte ${position}`).not.toThrow();
    }
  });

  it("is not read when it is larger than any", () => {
    const index = indexOf(Buffer.alloc(0));
    fs.truncateSync(index, 2 ** 32);
    expect(readCheckpointIndex(index)).toBeUndefined();
  });

  it.each([
    ["empty", Buffer.alloc(0)],
    ["cut off", encodeCheckpointIndex(1, []).subarray(0, -1)],
    ["something else", Buffer.from("x".repeat(100))],
  ])("is broken when it is %s", (_, bytes) => {
    expect(() => readCheckpointIndex(indexOf(bytes))).toThrow(BrokenIndexError);
  });
});

function sharded(): string {
  const folder = temporaryFolder();
  fs.cpSync(path.join(testdata, "sharded/1"), folder, { recursive: true });
  return folder;
}

/** A version with this index, and the second of three shards. */
function withIndex(index: Uint8Array): string {
  const folder = temporaryFolder();
  writeFiles(folder, { "variables/variables.index": index });
  writeShard(path.join(folder, "variables"), 1, 3, 7);
  return folder;
}

const tensors = [0, 1, 2].map((shardId) => ({ shardId, offset: 0, size: 8 }));

const incomplete: Record<string, () => string> = {
  "without one of their shards": () => {
    const folder = sharded();
    fs.rmSync(path.join(folder, "variables/variables.data-00001-of-00002"));
    return folder;
  },
  "with a shard that is cut off": () => {
    const folder = sharded();
    fs.truncateSync(path.join(folder, "variables/variables.data-00001-of-00002"), 11);
    return folder;
  },
  "with an index that is cut off": () => {
    const folder = sharded();
    fs.truncateSync(path.join(folder, "variables/variables.index"), 100);
    return folder;
  },
  "with all that is wrong at once": () => withIndex(encodeCheckpointIndex(3, tensors)),
};

describe("variables", () => {
  it("are refused where they are not complete, and what lacks is named", async () => {
    const said = await refusals(incomplete, (make) => {
      const folder = make();
      return checkVariables(folder, true).reasons.map((text) => text.replaceAll(folder, "DIR"));
    });
    await expect(said).toMatchFileSnapshot("snapshots/incomplete-variables.txt");
  });

  it("may lie in several shards", () => {
    expect(checkVariables(sharded(), true)).toEqual({ reasons: [], notes: [] });
  });

  it("need no shard in which nothing lies", () => {
    const tensor = { shardId: 1, offset: 0, size: 7 };
    const folder = withIndex(encodeCheckpointIndex(3, [tensor]));
    expect(checkVariables(folder, true)).toEqual({ reasons: [], notes: [] });
  });

  it("with an index in a form that is not known are a note", () => {
    const folder = withIndex(encodeCheckpointIndex(1, [], { compression: 1 }));
    const { reasons, notes } = checkVariables(folder, true);
    expect(reasons).toEqual([]);
    expect(notes).toEqual([expect.stringContaining("is in a form that is not read here")]);
  });

  it("may be missing where the graph has none", () => {
    expect(checkVariables(temporaryFolder(), false)).toEqual({ reasons: [], notes: [] });
  });
});
