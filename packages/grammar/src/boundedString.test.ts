import { expect, it } from "vitest";
import { boundedString, type Rules } from "./boundedString.ts";

it("shares the rules of what may still come", () => {
  const rules: Rules = new Map();
  expect(boundedString(0, 3, rules)).toBe('"\\"" @rest_0_3');
  const count = rules.size;
  expect(count).toBe(6); // 3, 2, 1, 0 characters left, escapes and their digits
  expect(boundedString(0, 2, rules)).toBe('"\\"" @rest_0_2');
  expect(rules.size).toBe(count);
  boundedString(1, 3, rules);
  expect(rules.size).toBe(count + 1);
  boundedString(2, undefined, rules);
  expect([...rules.keys()].slice(count + 1)).toEqual(["@rest_2_more", "@rest_1_more", "@rest_0_more"]);
});

it("closes the string only between the bounds", () => {
  const rules: Rules = new Map();
  boundedString(1, 2, rules);
  expect(rules.get("@rest_1_2")).not.toContain('"\\"" |');
  expect(rules.get("@rest_0_1")).toMatch(/^"\\"" \| \[/);
  expect(rules.get("@rest_0_0")).toBe('"\\""');
});
