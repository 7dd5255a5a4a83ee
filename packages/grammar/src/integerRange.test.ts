import fc from "fast-check";
import { expect, it } from "vitest";
import { integerRange } from "./integerRange.ts";

/** The expression as a regular expression. */
const regexOf = (ebnf: string): RegExp => new RegExp(`^(?:${ebnf.replaceAll('"', "").replaceAll(" ", "")})$`);

it("takes all numbers from -1,300 to 1,300 that lie in a range, and no other, for 100 ranges", () => {
  const bound = fc.oneof(
    fc.integer({ min: -1200, max: 1200 }),
    fc.constantFrom(-1000, -100, -10, -1, 0, 9, 10, 99, 999),
  );
  fc.assert(
    fc.property(fc.option(bound), fc.option(bound), (a, b) => {
      const [least, most] = a !== null && b !== null && a > b ? [b, a] : [a, b];
      const regex = regexOf(integerRange(least ?? undefined, most ?? undefined));
      const wrongly: number[] = [];
      for (let x = -1300; x <= 1300; x++) {
        if (regex.test(String(x)) !== (x >= (least ?? -Infinity) && x <= (most ?? Infinity))) wrongly.push(x);
      }
      expect(wrongly).toEqual([]);
      for (const wrong of ["-0", "00", "01", "", "+1", "1."]) expect(regex.test(wrong)).toBe(false);
    }),
    { numRuns: 100 },
  );
});

it("is short where it can be", () => {
  expect(integerRange(0, 9)).toBe("[0-9]");
  expect(integerRange(100, 199)).toBe('"1" [0-9] [0-9]{1}');
  expect(integerRange(0, undefined)).toBe("[0-9] | [1-9] [0-9]{1,}");
});
