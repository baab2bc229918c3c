/** Numbers from 0 to 1 that are the same for a seed: https://github.com/bryc/code/blob/master/jshash/PRNGs.md (mulberry32) */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// What parsers of HTTP have stumbled over.
const splices = [
  ...["\r\n", "\n", "\r", "\0", ":", " ", "\t", "\x0b", "\xff\xfe", "%2e%2e/", "//", ";", "../"],
  ...["Transfer-Encoding: chunked\r\n", "Content-Length: 99\r\n", "0\r\n\r\n", "\r\n\r\n"],
  ...["GET /v1/models/m HTTP/1.1\r\nHost: x\r\n\r\n", "\x00\x00\x04\x08\x00\x00\x00\x00\x01"],
].map((text) => Buffer.from(text, "latin1"));

/** The bytes with one to five changes: other bytes, more, fewer, the same twice, or a splice. */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  const below = (end: number) => Math.floor(random() * end);
  let changed = Buffer.from(bytes);
  for (let left = 1 + below(5); left > 0; left--) {
    const place = below(changed.length);
    const end = Math.min(changed.length, place + 1 + below(16));
    const [before, part, after] = [
      changed.subarray(0, place),
      changed.subarray(place, end),
      changed.subarray(end),
    ];
    const changes = [
      () => [before, Buffer.from(part.map(() => below(256))), after],
      () => [before, splices[below(splices.length)], part, after],
      () => [before, after],
      () => [before, part, part, after],
      () => [before, part],
    ];
    changed = Buffer.concat(changes[below(changes.length)]());
  }
  return changed;
}
