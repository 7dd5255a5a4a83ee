/** Random rows of every element type: shapes, ties, −Infinity, and now and then what is refused. */
import type { RowDtype } from "@tokenmill/core";
import type { Random } from "./random.ts";

/** Logits as `sample` takes them: numbers for f32, bit patterns for the 16-bit types. */
export function randomRow(random: Random, size: number, dtype: RowDtype): Float32Array | Uint16Array {
  const scale = random.of([1, 1, 2.5, 10, 2 ** -7, 2 ** 14]);
  const offset = random.of([0, 0, 50, -50]);
  const masked = random.of([0, 0, 64, 240]);
  const shape = random.of(["bell", "bell", "ties", "equal", "peaked", "line"] as const);
  const row = Float32Array.from({ length: size }, (_, id) => {
    if (random.below(256) < masked) return -Infinity;
    // A sum of four is near enough to a bell, and exact.
    const bell = (random.below(4096) + random.below(4096) + random.below(4096) + random.below(4096) - 8190) / 2048;
    if (shape === "equal") return offset;
    if (shape === "line") return offset - id / 16;
    if (shape === "ties") return Math.trunc(2 * bell) * scale + offset;
    return (bell + (shape === "peaked" && random.below(size) < 3 ? 8 : 0)) * scale + offset;
  });
  if (random.below(300) === 0) row[random.below(size)] = random.of([Number.NaN, Infinity]);
  return dtype === "f32" ? row : bitsOf(row, dtype);
}

/** Cut to bf16; to f16 by its exponent and ten bits, which is exact enough for rows that are random anyway. */
function bitsOf(row: Float32Array, dtype: "f16" | "bf16"): Uint16Array {
  const words = new Uint32Array(row.buffer);
  if (dtype === "bf16") return Uint16Array.from(words, (word) => word >>> 16);
  return Uint16Array.from(words, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const exponent = ((word >>> 23) & 0xff) - 112;
    const isSpecial = ((word >>> 23) & 0xff) === 0xff;
    if (isSpecial) return sign | 0x7c00 | ((word & 0x7fffff) === 0 ? 0 : 0x200);
    if (exponent <= 0) return sign;
    return exponent >= 31 ? sign | 0x7bff : sign | (exponent << 10) | ((word >>> 13) & 0x3ff);
  });
}
