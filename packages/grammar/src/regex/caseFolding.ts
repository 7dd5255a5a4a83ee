/** Characters that differ only by case, as the flag `i` takes them (single characters only, ECMA-262 `Canonicalize`). */
import type { CodeRange } from "./characterSet.ts";

/** Beyond it no character has a case (Unicode 16). */
const lastWithCase = 0x1e943;
let variants: ReadonlyMap<number, readonly number[]> | undefined;

/** The ranges with all that differs from one of their characters by case. */
export function ignoringCase(ranges: readonly CodeRange[]): CodeRange[] {
  variants ??= findVariants();
  const added: CodeRange[] = [];
  for (const [code, others] of variants) {
    if (ranges.some(([first, last]) => first <= code && code <= last)) {
      for (const other of others) added.push([other, other]);
    }
  }
  return [...ranges, ...added];
}

function findVariants(): Map<number, readonly number[]> {
  const byLower = new Map<string, number[]>();
  for (let code = 0x41; code <= lastWithCase; code++) {
    const character = String.fromCodePoint(code);
    const upper = character.toUpperCase();
    const lower = (Array.from(upper).length === 1 ? upper : character).toLowerCase();
    if (upper === character && lower === character) continue;
    if (Array.from(lower).length !== 1) continue;
    byLower.set(lower, [...(byLower.get(lower) ?? []), code]);
  }
  const found = new Map<number, readonly number[]>();
  for (const codes of byLower.values()) {
    for (const code of codes) if (codes.length > 1) found.set(code, codes);
  }
  return found;
}
