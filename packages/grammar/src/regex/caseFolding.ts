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
  const alike = new Map<string, number[]>();
  for (let code = 0x41; code <= lastWithCase; code++) {
    const character = String.fromCodePoint(code);
    const lower = character.toLowerCase();
    const upper = lower.toUpperCase();
    if (upper === character && lower === character) continue;
    const others = alike.get(upper);
    if (others) others.push(code);
    else alike.set(upper, [code]);
  }
  const found = new Map<number, readonly number[]>();
  for (const codes of alike.values()) {
    for (const code of codes) {
      // upper case also joins what the flag does not: i and the one without a dot
      const same = codes.length > 1 ? new RegExp(String.fromCodePoint(code), "iu") : undefined;
      const others = codes.filter((other) => other !== code && same!.test(String.fromCodePoint(other)));
      if (others.length > 0) found.set(code, others);
    }
  }
  return found;
}
