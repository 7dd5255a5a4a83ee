import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter } from "./lineSplitter.ts";

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("lines", () => {
  it("are those of the whole text, however it is cut into chunks", () => {
    const chunks = fc.array(fc.stringMatching(/^[ab\n]{0,12}$/), { maxLength: 20 });
    fc.assert(
      fc.property(chunks, (pieces) => {
        const splitter = createLineSplitter();
        const reused = new Uint8Array(16);
        const lines = pieces.flatMap((piece) => {
          const { written } = new TextEncoder().encodeInto(piece, reused);
          return splitter.push(reused.subarray(0, written));
        });
        const rest = splitter.end();
        const expected = pieces.join("").split("\n");
        expect([...lines, ...(rest ? [rest] : [])].map(textOf)).toEqual(
          expected.at(-1) === "" ? expected.slice(0, -1) : expected,
        );
        expect(splitter.end()).toBeUndefined();
      }),
    );
  });

  it("that are too long are refused before they are whole, and when they are", () => {
    const feed = (...pieces: string[]): void => {
      const splitter = createLineSplitter({ maxLineBytes: 3 });
      for (const piece of pieces) splitter.push(new TextEncoder().encode(piece));
    };
    feed("abc\nabc\n", "ab", "c", "\n");
    for (const pieces of [["abcd\n"], ["abcd"], ["ab", "cd"], ["abc\nab", "cd\n"]]) {
      expect(() => feed(...pieces)).toThrow("line expected at most 3 bytes");
    }
  });

  // joining the rest with each chunk moves 2^26 / 2 bytes for each of the 65,536 chunks
  it("of 64 MiB move each byte a few times only", () => {
    const chunk = new Uint8Array(1024);
    const splitter = createLineSplitter();
    let movedBytes = 0;
    const set = Uint8Array.prototype.set;
    Uint8Array.prototype.set = function (source: ArrayLike<number>, offset?: number) {
      movedBytes += source.length;
      set.call(this, source, offset);
    };
    try {
      for (let i = 0; i < 65_536; i++) splitter.push(chunk);
    } finally {
      Uint8Array.prototype.set = set;
    }
    expect(movedBytes).toBeLessThan(4 * 2 ** 26);
    expect(splitter.end()).toHaveLength(2 ** 26);
  });
});
