import * as fs from "node:fs";
import * as path from "node:path";

import { Writer } from "protobufjs";

import { encode } from "./savedModelFile";

/** A tensor's place in a checkpoint. */
export interface WrittenTensorEntry {
  shardId: number;
  offset: number;
  size: number;
}

/** How a table is written. */
export interface TableOptions {
  /** Entries in a block; TensorFlow fills 256 kB. @default 1000 */
  perBlock?: number;
  /** @default 0, none */
  compression?: number;
}

/** Bytes of `variables.index` for tensors `layer/<number>/kernel`, with keys that share prefixes. */
export function encodeCheckpointIndex(
  shards: number,
  tensors: WrittenTensorEntry[],
  { perBlock = 1000, compression = 0 }: TableOptions = {},
): Buffer {
  const entries: [string, Uint8Array][] = [
    ["", encode("BundleHeaderProto", { numShards: shards })],
    ...tensors.map((tensor, index): [string, Uint8Array] => [
      `layer/${String(index).padStart(6, "0")}/kernel`,
      encode("BundleEntryProto", tensor),
    ]),
  ];
  const parts: Buffer[] = [];
  let position = 0;
  const append = (block: Buffer): Uint8Array => {
    parts.push(block, Buffer.from([compression, 0, 0, 0, 0]));
    const handle = Writer.create().uint64(position).uint64(block.length).finish();
    position += block.length + 5;
    return handle;
  };
  const handles: [string, Uint8Array][] = [];
  for (let start = 0; start < entries.length; start += perBlock) {
    const some = entries.slice(start, start + perBlock);
    handles.push([`${some[some.length - 1][0]}~`, append(encodeBlock(some))]);
  }
  const footer = Buffer.alloc(48);
  footer.set([...append(encodeBlock([])), ...append(encodeBlock(handles))]);
  footer.set(Buffer.from("57fb808b247547db", "hex"), 40);
  return Buffer.concat([...parts, footer]);
}

/** Entries of which every 16th has its whole key, as LevelDB writes them. */
function encodeBlock(entries: [string, Uint8Array][]): Buffer {
  const parts: Uint8Array[] = [];
  const restarts = [0];
  let length = 0;
  entries.forEach(([key, value], index) => {
    const shared = index % 16 === 0 ? 0 : commonPrefix(entries[index - 1][0], key);
    const rest = Buffer.from(key.slice(shared));
    const header = Writer.create().uint32(shared).uint32(rest.length).uint32(value.length).finish();
    if (index > 0 && index % 16 === 0) {
      restarts.push(length);
    }
    parts.push(header, rest, value);
    length += header.length + rest.length + value.length;
  });
  const trailer = Buffer.alloc(4 * (restarts.length + 1));
  [...restarts, restarts.length].forEach((value, index) => trailer.writeUInt32LE(value, 4 * index));
  return Buffer.concat([...parts, trailer]);
}

function commonPrefix(left: string, right: string): number {
  let length = 0;
  while (length < Math.min(left.length, right.length) && left[length] === right[length]) {
    length++;
  }
  return length;
}

/** The data file of a shard, sparse. */
export function writeShard(folder: string, shard: number, shards: number, bytes: number): string {
  const digits = (value: number) => String(value).padStart(5, "0");
  const file = path.join(folder, `variables.data-${digits(shard)}-of-${digits(shards)}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.closeSync(fs.openSync(file, "w"));
  fs.truncateSync(file, bytes);
  return file;
}
