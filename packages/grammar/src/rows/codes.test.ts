import { expect, it } from "vitest";
import { Codes } from "./codes.ts";

it("codes of states and lexemes with long texts stay below 2^31 and give both back", () => {
  const codes = new Codes();
  const pairs = [0, 1, 2 ** 26 - 1].flatMap((number) => [0, 1, 40, 2 ** 27 - 1].map((text) => [number, text] as const));
  const all = pairs.map(([number, text]) => codes.withText(number, text));
  expect(new Set(all).size).toBe(pairs.length);
  expect(Math.max(...all)).toBeLessThan(2 ** 31);
  expect(all.map((code) => [codes.numberOf(code), codes.textOf(code)])).toEqual(pairs);
  expect(pairs.map(([number, text]) => codes.withText(number, text))).toEqual(all);
  expect([codes.numberOf(-1), codes.textOf(-1), codes.withText(-1, 0)]).toEqual([-1, 0, -1]);
});
