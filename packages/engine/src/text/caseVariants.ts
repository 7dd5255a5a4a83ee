/** Characters that differ only by case, as the flags `iu` take them (single characters only, ECMA-262 `Canonicalize`). */

const known = new Map<number, readonly number[]>();
let cased: string | undefined;

/** The character itself and those that differ from it by case, as code points. */
export function caseVariants(code: number): readonly number[] {
  let variants = known.get(code);
  if (!variants) {
    const same = new RegExp(`\\u{${code.toString(16)}}`, "giu");
    const others = (cased ??= charactersWithCase()).match(same) ?? [];
    variants = [...new Set([code, ...others.map((character) => character.codePointAt(0)!)])];
    known.set(code, variants);
  }
  return variants;
}

function charactersWithCase(): string {
  let all = "";
  for (let code = 0; code <= 0x10ffff; code++) if (code < 0xd800 || code > 0xdfff) all += String.fromCodePoint(code);
  return (all.match(/[\p{Changes_When_Casefolded}\p{Changes_When_Casemapped}]/gu) ?? []).join("");
}
