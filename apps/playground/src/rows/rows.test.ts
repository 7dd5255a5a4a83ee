import { describe, expect, it } from "vitest";
import { jsonRow } from "./jsonRow.ts";
import { npyRow } from "./npyRow.ts";

function npy(descr: string, shape: string, data: ArrayBuffer, order = "False"): ArrayBuffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
  const head = new Uint8Array(10 + text.length + data.byteLength);
  head.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length & 255, text.length >> 8]);
  head.set(new TextEncoder().encode(text), 10);
  head.set(new Uint8Array(data), 10 + text.length);
  return head.buffer;
}

describe("a .npy file", () => {
  it.each([
    ["<f4", Float32Array.of(1.5, -2, -Infinity).buffer],
    ["<f8", Float64Array.of(1.5, -2, -Infinity).buffer],
    ["<f2", Uint16Array.of(0x3e00, 0xc000, 0xfc00).buffer],
  ])("of %s gives its row", (descr, data) => {
    expect([...npyRow(npy(descr, "3,", data)).logits]).toEqual([1.5, -2, -Infinity]);
  });

  it("that is a matrix gives its last row", () => {
    expect([...npyRow(npy("<f4", "2, 2", Float32Array.of(1, 2, 3, 4).buffer)).logits]).toEqual([3, 4]);
  });

  it.each([
    ["no .npy file", new ArrayBuffer(40), /no .npy file/],
    ["integers", npy("<i4", "1,", new ArrayBuffer(4)), /"descr" expected/],
    ["columns first", npy("<f4", "1, 1", new ArrayBuffer(4), "True"), /"fortran_order" expected False/],
    ["too short", npy("<f4", "3,", new ArrayBuffer(8)), /ends inside its data/],
    ["no elements", npy("<f4", "0,", new ArrayBuffer(0)), /"shape" expected/],
    ["NaN", npy("<f4", "2,", Float32Array.of(0, Number.NaN).buffer), /logits\[1\] expected/],
  ])("with %s is refused", (_, bytes, message) => {
    expect(() => npyRow(bytes)).toThrow(message);
  });
});

describe("pasted JSON", () => {
  it("is a map of names or an array", () => {
    const { logits, tokenText } = jsonRow('{"a": 1, "b": "-Infinity"}');
    expect([...logits]).toEqual([1, -Infinity]);
    expect(tokenText(1)).toBe("b");
    expect(jsonRow("[1, 2]").tokenText(1)).toBe("#1");
  });

  it.each([
    ["{", /expected JSON/],
    ["{}", /at least one token/],
    ["3", /expected a JSON object or array/],
    ['{"a": null}', /logits\["a"\]/],
    ["[1e39]", /logits\[0\]/],
    ['["-Infinity"]', /at least one finite/],
  ])("%s is refused", (text, message) => {
    expect(() => jsonRow(text)).toThrow(message);
  });
});
