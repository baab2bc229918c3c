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

const windowBytes = 64 * 1024;

/** An open file that is read in windows, so that many small fields cost few system calls. */
export class FileSource {
  readonly size: number;
  private readonly window = Buffer.alloc(windowBytes);
  private start = 0;
  private filled = 0;

  constructor(private readonly fileDescriptor: number) {
    this.size = fs.fstatSync(fileDescriptor).size;
  }

  /** Up to `length` bytes from `position`, fewer at the end of the file; valid until the next call. */
  peek(position: number, length: number): Buffer {
    if (position < this.start || position + length > this.start + this.filled) {
      this.filled = fs.readSync(this.fileDescriptor, this.window, 0, windowBytes, position);
      this.start = position;
    }
    const from = position - this.start;
    return this.window.subarray(from, Math.min(from + length, this.filled));
  }

  /** The value of a length-delimited field. */
  value(field: WireField): Buffer {
    const value = Buffer.alloc(field.end - field.start);
    let filled = 0;
    while (filled < value.length) {
      const rest = value.length - filled;
      const from = field.start + filled;
      const count = fs.readSync(this.fileDescriptor, value, filled, rest, from);
      if (count === 0) {
        throw new WireFormatError(`the file ends at byte ${from}`);
      }
      filled += count;
    }
    return value;
  }
}

/**
 * Lists the fields of the message that fills `start` to `end` of the file, without reading the
 * values of length-delimited fields: skipping a graph of gigabytes costs one small read.
 */
export function* wireFields(source: FileSource, start: number, end: number): Generator<WireField> {
  let position = start;
  while (position < end) {
    const field = readField(source, position, end);
    yield field;
    position = field.end;
  }
}

/** The length-delimited fields of one number in a message. */
export function* partsOf(
  source: FileSource,
  message: Pick<WireField, "start" | "end">,
  number: number,
): Generator<WireField> {
  for (const part of wireFields(source, message.start, message.end)) {
    if (part.number === number && part.wireType === lengthDelimited) {
      yield part;
    }
  }
}

function readField(source: FileSource, position: number, end: number): WireField {
  const header = source.peek(position, Math.min(headerBytes, end - position));
  const reader = Reader.create(header);
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
