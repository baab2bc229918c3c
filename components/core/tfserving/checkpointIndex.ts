import * as fs from "node:fs";

import { Reader } from "protobufjs";

import { decode } from "./savedModelProto";

/** What the index of a checkpoint says about the files that hold its tensors. */
export interface CheckpointIndex {
  /** Bytes that each shard has to have, by number; 0 where no tensor lies in it. */
  shardBytes: number[];
}

/** Thrown where TensorFlow itself could not read the index either. */
export class BrokenIndexError extends Error {}

// An entry takes some 100 bytes: this is the index of half a million variables.
const largestIndexBytes = 64 * 2 ** 20;

// https://github.com/google/leveldb/blob/main/doc/table_format.md
const footerBytes = 48;
const magic = Buffer.from("57fb808b247547db", "hex");
const uncompressed = 0;

/** Shards have five digits in their names. */
const mostShards = 100_000;

/**
 * Reads `variables.index`, a table in LevelDB's format with a BundleEntryProto for each tensor.
 *
 * TensorFlow writes it without compression. What is written otherwise, or is larger than any index
 * that is known, is not judged: the result is undefined.
 *
 * Source: tensorflow/core/util/tensor_bundle/tensor_bundle.cc, tensorflow/core/lib/io/format.cc.
 *
 * @throws BrokenIndexError where the file is cut off or something else
 */
export function readCheckpointIndex(file: string): CheckpointIndex | undefined {
  const { size } = fs.statSync(file);
  if (size > largestIndexBytes) {
    return undefined;
  }
  const table = fs.readFileSync(file);
  if (size < footerBytes || !table.subarray(size - magic.length).equals(magic)) {
    throw new BrokenIndexError(`is cut off, or no index of a checkpoint (${size} bytes)`);
  }
  try {
    return readTable(table);
  } catch {
    return undefined;
  }
}

function readTable(table: Buffer): CheckpointIndex {
  const footer = Reader.create(table.subarray(table.length - footerBytes));
  readHandle(footer); // of the meta index, which is empty
  const shardBytes: number[] = [];
  for (const { value: handle } of entriesOf(table, readHandle(footer))) {
    for (const { isFirst, value } of entriesOf(table, readHandle(Reader.create(handle)))) {
      if (isFirst) {
        const { numShards } = decode<{ numShards: number }>("BundleHeaderProto", value);
        shardBytes.push(...new Array<number>(Math.min(numShards, mostShards)).fill(0));
      } else {
        addEntry(shardBytes, value);
      }
    }
  }
  return { shardBytes };
}

function addEntry(shardBytes: number[], value: Buffer): void {
  const entry = decode<Record<"shardId" | "offset" | "size", unknown>>("BundleEntryProto", value);
  const [shard, offset, size] = [entry.shardId, entry.offset, entry.size].map(Number);
  if (shard >= shardBytes.length) {
    throw new RangeError(`shard ${shard} of ${shardBytes.length}`);
  }
  if (size > 0) {
    shardBytes[shard] = Math.max(shardBytes[shard], offset + size);
  }
}

/** Where a block lies in the file. */
interface BlockHandle {
  offset: number;
  size: number;
}

function readHandle(reader: Reader): BlockHandle {
  return { offset: Number(reader.uint64()), size: Number(reader.uint64()) };
}

/** The entries of a block; the header of a checkpoint is the one with an empty key. */
function* entriesOf(
  table: Buffer,
  { offset, size }: BlockHandle,
): Generator<{ isFirst: boolean; value: Buffer }> {
  const end = offset + size;
  if (end >= table.length || table[end] !== uncompressed) {
    throw new RangeError(`no plain block at byte ${offset}`);
  }
  const restarts = table.readUInt32LE(end - 4);
  const reader = Reader.create(table.subarray(offset, end - 4 - 4 * restarts));
  while (reader.pos < reader.len) {
    const [shared, rest, length] = [reader.uint32(), reader.uint32(), reader.uint32()];
    reader.skip(rest);
    const start = offset + reader.pos;
    reader.skip(length);
    yield { isFirst: shared + rest === 0, value: table.subarray(start, start + length) };
  }
}
