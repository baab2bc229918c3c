import * as fc from "fast-check";
import { expect, it } from "vitest";
import { quoted } from "../../../components/core/serving/balancer/quote";

/**
 * The words of a line as HAProxy's parse_line() takes them apart: outside of quotes a backslash keeps
 * the next character, blanks end a word and # ends the line; inside of single quotes only the next
 * quote has a meaning.
 */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at];
    if (letter === "'") {
      isQuoted = !isQuoted;
      word ??= "";
    } else if (isQuoted) {
      word += letter;
    } else if (letter === "#") {
      break;
    } else if (letter === " ") {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
    } else {
      word = (word ?? "") + (letter === "\\" ? line[++at] : letter);
    }
  }
  expect(isQuoted).toBe(false);
  return [...words, ...(word === undefined ? [] : [word])];
}

const special = fc.constantFrom("'", '"', "\\", "$", "{", "}", "#", " ", "\t", "%", "[", ",", "-");
const text = fc
  .array(fc.oneof(special, fc.string({ unit: "grapheme", maxLength: 5 })))
  .map((parts) => parts.join("").replace(/[\r\n\0]/g, ""));

it("any text is one word of HAProxy's configuration, and itself", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(wordsOf(`acl a -- ${quoted(one)} ${quoted(other)}`)).toEqual([
        ...["acl", "a", "--", one, other],
      ]);
    }),
  );
});

it.each(["a\nb", "a\rb", "\0"])("a text that no quotes hold is refused: %j", (bad) => {
  expect(() => quoted(bad)).toThrow("cannot be quoted");
});
