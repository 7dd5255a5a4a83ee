/** Characters with a property of Unicode, as the JavaScript engine knows it. */
import type { CodeRange } from "./characterSet.ts";

const surrogates = [0xd800, 0xe000] as const;
const found = new Map<string, readonly CodeRange[]>();

/** @param escape a valid escape such as `\p{Lu}` or `\P{Script=Greek}` */
export function withProperty(escape: string): readonly CodeRange[] {
  let ranges = found.get(escape);
  if (!ranges) {
    ranges = search(escape);
    found.set(escape, ranges);
  }
  return ranges;
}

function search(escape: string): CodeRange[] {
  const expression = new RegExp(escape, "u");
  const ranges: [number, number][] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code === surrogates[0]) code = surrogates[1];
    if (!expression.test(String.fromCodePoint(code))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}
