import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNpy, parseNpy, readNpy, writeNpy } from "./npyFile.ts";
import { NpyError } from "./npyHeader.ts";

// NumPy 2.4.6: base64 of numpy.lib.format.write_array's output; the first is
// numpy.array([[1.5, -inf, 0.25], [3e38, -0.0, 1e-45]], dtype="<f4"), the second numpy.array([1.5, -inf, 65504], dtype="<f2").
const blanks = (count: number): string => "ICAg".repeat(count);
const numpyF32 = Buffer.from(
  `k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9${blanks(19)}IAoAAMA/AACA/wAAgD7msWF/AAAAgAEAAAA=`,
  "base64",
);
const numpyF16 = Buffer.from(
  `k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg${blanks(19)}IAoAPgD8/3s=`,
  "base64",
);

/** What `action` throws, if it throws. */
function attempt(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A `.npy` file with any header text. */
function npy(dict: string, data: Uint8Array = new Uint8Array(64), version = 1): Buffer {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(dict.length);
  else length.writeUInt32LE(dict.length);
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.of(version, 0), length, Buffer.from(dict), data]);
}

const dictOf = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

describe("parseNpy", () => {
  it("reads what NumPy writes", () => {
    const f32 = parseNpy(numpyF32);
    expect(f32).toMatchObject({ dtype: "f32", shape: [2, 3] });
    expect([...f32.data]).toEqual([1.5, Number.NEGATIVE_INFINITY, 0.25, Math.fround(3e38), -0, 2 ** -149]);
    expect(parseNpy(numpyF16)).toEqual({ dtype: "f16", shape: [3], data: Uint16Array.of(0x3e00, 0xfc00, 0x7bff) });
  });

  it.each([1, 2, 3])("reads format version %d", (version) => {
    expect(parseNpy(npy(dictOf("'<f4'", "(2, 8)"), new Uint8Array(64), version)).shape).toEqual([2, 8]);
  });

  it.each([
    [
      "f64",
      "'<f8'",
      "npy_dtype",
      '"x" expected dtype float32 (<f4) or float16 (<f2), got float64 (<f8): convert it with array.astype("float32")',
    ],
    ["i32", "'<i4'", "npy_dtype", "got int32 (<i4)"],
    ["bool", "'|b1'", "npy_dtype", "got bool (|b1)"],
    ["complex", "'<c8'", "npy_dtype", "got <c8"],
    ["big-endian", "'>f4'", "npy_dtype", 'got float32 (>f4): it is big-endian, convert it with array.astype("<f4")'],
    ["structured", "[('a', '<f4')]", "npy_dtype", "got [('a', '<f4')]"],
  ])("refuses %s by name", (_, descr, code, message) => {
    const parse = (): unknown => parseNpy(npy(dictOf(descr, "(4,)")), "x");
    expect(parse).toThrow(expect.objectContaining({ code, name: "NpyError" }));
    expect(parse).toThrow(message);
  });

  it.each([
    ["()", "got ()"],
    ["(0,)", "got (0,)"],
    ["(3, 0)", "got (3, 0)"],
    ["(2, 2, 2)", '"x" expected shape (V,) or (N, V) with at least one row and id, got (2, 2, 2)'],
  ])("refuses shape %s", (shape, message) => {
    const parse = (): unknown => parseNpy(npy(dictOf("'<f4'", shape)), "x");
    expect(parse).toThrow(expect.objectContaining({ code: "npy_shape" }));
    expect(parse).toThrow(message);
  });

  it("refuses Fortran order, for more than one dimension", () => {
    expect(() => parseNpy(npy(dictOf("'<f4'", "(2, 2)", "True")))).toThrow(/expected C order, got Fortran order/);
    expect(parseNpy(npy(dictOf("'<f4'", "(4,)", "True"))).shape).toEqual([4]);
  });

  it("refuses truncated data, saying how many bytes are missing", () => {
    expect(() => parseNpy(numpyF32.subarray(0, 151), "x")).toThrow(
      '"x" expected 152 bytes, got 151: the file is truncated',
    );
  });

  it("refuses what is no .npy file, and headers that lie", () => {
    expect(() => parseNpy(Buffer.from("PK\x03\x04 an npz archive"), "x")).toThrow(
      /"x" expected a .npy file, got content that begins "PK/,
    );
    expect(() => parseNpy(new Uint8Array(0), "x")).toThrow(/got content that begins ""/);
    expect(() => parseNpy(npy(dictOf("'<f4'", "(1,)"), undefined, 9))).toThrow(/format version 1, 2 or 3, got 9/);
    expect(() => parseNpy(npy("{}"))).toThrow(/expected dtype .* got none/);
    expect(() => parseNpy(npy("{'descr': '<f4'}"))).toThrow(/expected a shape/);
    expect(() => parseNpy(npy(dictOf("'<f4'", `(${"9".repeat(30)}, ${"9".repeat(400)})`)))).toThrow(/truncated/);
    expect(() => parseNpy(Buffer.concat([numpyF32.subarray(0, 6), Buffer.of(2, 0, 255, 255, 255, 255)]))).toThrow(
      /expected a header within 65536 bytes/,
    );
  });

  it("throws nothing but NpyError for any prefix or any damaged byte", () => {
    fc.assert(
      fc.property(fc.nat(numpyF32.length - 1), fc.nat(255), fc.nat(numpyF32.length), (at, value, length) => {
        const bytes = Buffer.from(numpyF32);
        bytes[at] = value;
        const outcome = attempt(() => parseNpy(bytes.subarray(0, length)));
        expect(outcome instanceof NpyError || outcome === undefined).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe(".npy files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tokenmill-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("come back as they were written", async () => {
    const path = join(folder, "a.npy");
    const data = Float32Array.from({ length: 35 }, (_, i) => i / 3);
    await writeNpy(path, { dtype: "f32", shape: [5, 7], data });
    expect(await readNpy(path)).toEqual({ dtype: "f32", shape: [5, 7], data });
    await writeNpy(path, { dtype: "f16", shape: [3], data: Uint16Array.of(1, 2, 3) });
    expect(await readNpy(path)).toEqual({ dtype: "f16", shape: [3], data: Uint16Array.of(1, 2, 3) });
    await expect(writeNpy(path, { dtype: "f32", shape: [5, 8], data })).rejects.toThrow(
      '"shape" expected 35 elements, got 40',
    );
  });

  it("give single rows without being read whole", async () => {
    const path = join(folder, "b.npy");
    await writeNpy(path, { dtype: "f32", shape: [5, 7], data: Float32Array.from({ length: 35 }, (_, i) => i) });
    const file = await openNpy(path);
    expect(file).toMatchObject({ rowCount: 5, rowLength: 7, dtype: "f32" });
    const into = new Float32Array(14);
    await file.readRows(3, 2, into);
    expect([...into]).toEqual(Array.from({ length: 14 }, (_, i) => 21 + i));
    await expect(file.readRows(4, 2, into)).rejects.toThrow('"rows" expected a range within [0, 5], got [4, 6]');
    await expect(file.readRows(-1, 1, into)).rejects.toThrow(RangeError);
    await expect(file.readRows(0, 3, into)).rejects.toThrow('"into" expected at least 21 elements, got 14');
    await expect(file.readRows(0, 1, new Uint16Array(7))).rejects.toThrow(
      '"into" expected Float32Array, got Uint16Array',
    );
    await file.close();
  });

  it("are refused by path when they are truncated, of another kind, or not there", async () => {
    const path = join(folder, "c.npy");
    await writeFile(path, numpyF32.subarray(0, 140));
    await expect(openNpy(path)).rejects.toThrow(`"${path}" expected 152 bytes, got 140: the file is truncated`);
    await writeFile(path, "");
    await expect(openNpy(path)).rejects.toMatchObject({ code: "npy_format" });
    await expect(openNpy(join(folder, "none.npy"))).rejects.toThrow(/ENOENT.*none\.npy/);
    await expect(openNpy(folder)).rejects.toThrow(/EISDIR/);
  });
});
