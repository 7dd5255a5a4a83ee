import { describe, expect, it } from "vitest";
import { checkList, checkTokenIds, checkUint64 } from "./lists.ts";

describe("checks of lists and 64-bit numbers", () => {
  it("return what they accept", () => {
    const ids = Int32Array.of(0, 4);
    expect(checkList("list", ids, 2)).toBe(ids);
    expect(checkTokenIds("ids", ids, 5)).toBe(ids);
    expect(checkUint64("seed", 2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
    expect(checkUint64("seed", 0)).toBe(0);
  });

  it.each(["abc", 3, null, undefined, {}, { length: -1 }, { length: 1.5 }])("refuse %s as a list", (value) => {
    expect(() => checkList("list", value as never)).toThrow(TypeError);
    expect(() => checkTokenIds("list", value as never, 5)).toThrow(/^"list" expected an array, got /);
  });

  it("name the element and both bounds", () => {
    expect(() => checkTokenIds("ids", [0, 5], 5)).toThrow(
      new RangeError('"ids[1]" expected token id in [0, 5), got 5'),
    );
    expect(() => checkTokenIds("ids", ["0"] as never, 5)).toThrow(TypeError);
    expect(() => checkList("list", [1], 2, "vocabSize")).toThrow('"list" expected 2 elements (vocabSize), got 1');
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53, -1n, 1n << 64n])("refuse %s by its value", (value) => {
    expect(() => checkUint64("seed", value)).toThrow(RangeError);
  });

  it.each(["1", null, undefined])("refuse %s by its kind", (value) => {
    expect(() => checkUint64("seed", value as never)).toThrow(TypeError);
  });
});
