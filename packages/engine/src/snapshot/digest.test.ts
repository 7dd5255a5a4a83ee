import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyDigest } from "./digest.ts";

describe("historyDigest", () => {
  it("changes with any single id, with the length and with the prompt's share", () => {
    const ids = fc.array(fc.nat(200_000), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(ids, fc.nat(), fc.integer({ min: 1, max: 200_000 }), (history, at, change) => {
        const digest = historyDigest(1, history);
        const index = at % history.length;
        expect(historyDigest(1, history.with(index, history[index]! ^ change))).not.toBe(digest);
        expect(historyDigest(1, history.slice(0, -1))).not.toBe(digest);
        expect(historyDigest(0, history)).not.toBe(digest);
      }),
    );
  });

  it("is 64 bits, the same for arrays and views, and stays what it is", () => {
    expect(historyDigest(1, Int32Array.of(5, 6, 7))).toBe(historyDigest(1, [5, 6, 7]));
    expect(historyDigest(0, [])).toMatchInlineSnapshot(`"ab3e7c0b92ca2f0e"`);
    expect(historyDigest(1, [5, 6, 7])).toMatchInlineSnapshot(`"94be5696289d30c3"`);
  });
});
