import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { readableLine } from "../accessLog/entry";
import type { LogRequest } from "./target";

/** What one part of a stack says. */
export interface LogSource {
  /** What stands in front of its lines. */
  readonly name: string;
  /** Its lines, each with the time in front as Docker and Kubernetes write it. */
  lines(request: LogRequest): AsyncIterable<string>;
}

/** A line, and when it was written: RFC 3339 in UTC, so that the order of texts is that of times. */
interface LogLine {
  readonly time: string;
  readonly text: string;
}

/**
 * Writes what several parts say, each line with its part in front: in the order of time, or as it
 * comes where the lines are followed.
 */
export async function writeLogs(
  sources: LogSource[],
  request: LogRequest,
  write: (line: string) => void,
): Promise<void> {
  const width = Math.max(0, ...sources.map(({ name }) => name.length));
  const rendered = ({ name }: LogSource, { time, text }: LogLine) =>
    request.raw
      ? text
      : `${name.padEnd(width)} | ${request.timestamps ? `${time} ` : ""}${readableLine(text)}`;
  const said = await Promise.all(
    sources.map(async (source) => {
      const kept: { time: string; shown: string }[] = [];
      for await (const raw of source.lines(request)) {
        const line = parseLogLine(raw);
        const shown = rendered(source, line);
        if (request.follow) {
          write(shown);
        } else {
          kept.push({ time: line.time, shown });
        }
      }
      return kept;
    }),
  );
  said
    .flat()
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .forEach(({ shown }) => write(shown));
}

/** Splits a line into its time and the rest. */
export function parseLogLine(line: string): LogLine {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)(?: (.*))?$/s.exec(line);
  return match ? { time: match[1], text: match[2] ?? "" } : { time: "", text: line };
}

/**
 * The lines of a stream, until it ends.
 *
 * @param open - pipes what is said into the stream that it gets
 */
export async function* streamedLines(
  open: (into: PassThrough) => Promise<void>,
): AsyncGenerator<string> {
  const into = new PassThrough();
  await open(into);
  try {
    for await (const line of createInterface({ input: into })) {
      if (line) {
        yield line;
      }
    }
  } finally {
    into.destroy();
  }
}
