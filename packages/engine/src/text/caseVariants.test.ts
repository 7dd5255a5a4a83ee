import { expect, it } from "vitest";
import { caseVariants } from "./caseVariants.ts";

const characters = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff);

it("characters that RegExp takes for each other without case are variants, in all of Unicode", () => {
  const cased = characters.filter((code) => /[\p{Lower}\p{Upper}\p{Lt}\p{Mn}\p{So}]/u.test(String.fromCodePoint(code)));
  const text = cased.map((code) => String.fromCodePoint(code)).join("");
  for (const code of cased) {
    const alike = text.match(new RegExp(`\\u{${code.toString(16)}}`, "giu"))!.map((each) => each.codePointAt(0)!);
    expect([code, caseVariants(code).toSorted((a, b) => a - b)]).toEqual([code, alike]);
  }
});
