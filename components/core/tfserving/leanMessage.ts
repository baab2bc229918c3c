import * as fs from "node:fs";

import { Reader, Writer } from "protobufjs";

/** The fields of a message that may be left out: null for all of one, else what is within it. */
export interface Dispensable {
  [fieldNumber: number]: Dispensable | null;
}

/** Up to here a file is read whole. */
const wholeBytes = 64 * 2 ** 20;

/** Over this many bytes a field is left out. */
const largeBytes = 2 ** 20;

// A tag and a length have 5 bytes at most, a tag and a number 15.
const headerBytes = 16;
const lengthDelimited = 2;

/**
 * Reads a file with a protobuf message; of a large one without those fields which take most of its
 * bytes and are not needed, such as weights.
 *
 * @throws RangeError where the file ends too early, Error where it holds no message
 */
export function readLean(file: string, dispensable: Dispensable): Buffer {
  const { size } = fs.statSync(file);
  if (size <= wholeBytes) {
    return fs.readFileSync(file);
  }
  const descriptor = fs.openSync(file, "r");
  try {
    return leanMessage(descriptor, 0, size, dispensable);
  } finally {
    fs.closeSync(descriptor);
  }
}

function leanMessage(file: number, start: number, end: number, dispensable: Dispensable): Buffer {
  const parts: Uint8Array[] = [];
  let kept = start;
  for (let position = start; position < end;) {
    const header = Reader.create(readPart(file, position, Math.min(position + headerBytes, end)));
    const tag = header.uint32();
    const isLong = (tag & 7) === lengthDelimited;
    const length = isLong ? header.uint32() : (header.skipType(tag & 7), 0);
    const value = position + header.pos;
    const next = value + length;
    if (next > end) {
      throw new RangeError(`${length} bytes are announced, and ${end - value} follow`);
    }
    const within = dispensable[tag >>> 3];
    if (length > largeBytes && within !== undefined) {
      parts.push(readPart(file, kept, position));
      if (within !== null) {
        const lean = leanMessage(file, value, next, within);
        parts.push(Writer.create().uint32(tag).bytes(lean).finish());
      }
      kept = next;
    }
    position = next;
  }
  parts.push(readPart(file, kept, end));
  return Buffer.concat(parts);
}

function readPart(file: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  for (let filled = 0; filled < bytes.length;) {
    const read = fs.readSync(file, bytes, filled, bytes.length - filled, start + filled);
    if (read === 0) {
      throw new RangeError(`the file ends at byte ${start + filled}`);
    }
    filled += read;
  }
  return bytes;
}
