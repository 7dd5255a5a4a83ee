/** Characters that differ only by case, as the flags `iu` take them (single characters only, ECMA-262 `Canonicalize`). */

/** Beyond it no character has a case (Unicode 17). */
const lastWithCase = 0x1ffff;
const withCase = /[\p{Changes_When_Casefolded}\p{Changes_When_Casemapped}]/u;

/** Of characters with a case. */
const known = new Map<number, readonly number[]>();
let cased: string | undefined;

/** The character itself and those that differ from it by case, as code points. */
export function caseVariants(code: number): readonly number[] {
  let variants = known.get(code);
  if (!variants) {
    if (!withCase.test(String.fromCodePoint(code))) return [code];
    const same = new RegExp(`\\u{${code.toString(16)}}`, "giu");
    const alike = (cased ??= charactersWithCase()).match(same) ?? [];
    variants = alike.map((character) => character.codePointAt(0)!);
    known.set(code, variants);
  }
  return variants;
}

/** All of them, block by block: it takes some milliseconds. */
function charactersWithCase(): string {
  const all = new RegExp(withCase, "gu");
  let found = "";
  for (let first = 0; first < lastWithCase; first += 4096) {
    const block = String.fromCodePoint(...Array.from({ length: 4096 }, (_, i) => first + i));
    found += (block.match(all) ?? []).join("");
  }
  return found;
}
