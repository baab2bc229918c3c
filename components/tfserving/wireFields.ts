import * as fs from "node:fs";

import { Reader } from "protobufjs/light";

/** One field of a protobuf message in a file; `start` to `end` is its value. */
export interface WireField {
  number: number;
  wireType: number;
  start: number;
  end: number;
}

/** Thrown where bytes are no protobuf message or stop too early. */
export class WireFormatError extends Error {}

export const lengthDelimited = 2;

// Tag and length are varints of at most 5 bytes, a scalar is at most 10.
const headerBytes = 16;

/**
 * Lists the fields of the message that fills `start` to `end` of the file, without reading the
 * values of length-delimited fields: a graph of gigabytes costs one small read.
 */
export function* wireFields(
  fileDescriptor: number,
  start: number,
  end: number,
): Generator<WireField> {
  const header = Buffer.alloc(headerBytes);
  let position = start;
  while (position < end) {
    const field = readField(fileDescriptor, position, end, header);
    yield field;
    position = field.end;
  }
}

/** Reads the value of a length-delimited field. */
export function readValue(fileDescriptor: number, field: WireField): Buffer {
  const value = Buffer.alloc(field.end - field.start);
  let filled = 0;
  while (filled < value.length) {
    const count = fs.readSync(
      fileDescriptor,
      value,
      filled,
      value.length - filled,
      field.start + filled,
    );
    if (count === 0) {
      throw new WireFormatError(`the file ends at byte ${field.start + filled}`);
    }
    filled += count;
  }
  return value;
}

function readField(
  fileDescriptor: number,
  position: number,
  end: number,
  header: Buffer,
): WireField {
  const available = fs.readSync(
    fileDescriptor,
    header,
    0,
    Math.min(headerBytes, end - position),
    position,
  );
  const reader = Reader.create(header.subarray(0, available));
  try {
    const tag = reader.uint32();
    const number = tag >>> 3;
    const wireType = tag & 7;
    if (number === 0) {
      throw new WireFormatError(`byte ${position} starts no protobuf field`);
    }
    if (wireType === lengthDelimited) {
      const length = reader.uint32();
      const start = position + reader.pos;
      if (start + length > end) {
        throw new WireFormatError(
          `field ${number} at byte ${position} announces ${length} bytes, ${end - start} follow`,
        );
      }
      return { number, wireType, start, end: start + length };
    }
    if (wireType === 3 || wireType === 4) {
      throw new WireFormatError(`byte ${position} starts no protobuf 3 field`);
    }
    const start = position + reader.pos;
    reader.skipType(wireType);
    return { number, wireType, start, end: position + reader.pos };
  } catch (error) {
    if (error instanceof WireFormatError) {
      throw error;
    }
    throw error instanceof RangeError
      ? new WireFormatError(`the message ends within the field at byte ${position}`)
      : new WireFormatError(`byte ${position} starts no protobuf field`);
  }
}
