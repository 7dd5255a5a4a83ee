/** Random grammars over a small alphabet: as data for the plain recogniser, and as EBNF and Lark for the parsers. */
import fc from "fast-check";
import { characterExcept, characterOf, literalText, repeatText } from "../regex/textRegexes.ts";
import type { Node, TextGrammar } from "../text/nodes.ts";

/** One byte, two bytes, three bytes. */
const alphabet = ["a", "b", "é"];

export interface RandomGrammar {
  readonly grammar: TextGrammar;
  readonly ebnf: string;
  readonly lark: string;
}

/** A node and how it is written. */
interface Written {
  readonly node: Node;
  readonly ebnf: string;
  readonly lark: string;
}

const names = ["root", "x", "y", "z"];
const larkNames = ["start", "x", "y", "z"];
const literal = (text: string): Written => ({
  node: { kind: "text", regex: literalText(text) },
  ebnf: JSON.stringify(text),
  lark: JSON.stringify(text),
});
const range = (first: string, last: string): Written => ({
  node: { kind: "text", regex: characterOf([[first.codePointAt(0)!, last.codePointAt(0)!]]) },
  ebnf: `[${first}-${last}]`,
  lark: `"${first}".."${last}"`,
});
const atoms: readonly Written[] = [
  literal("a"),
  literal("b"),
  literal("é"),
  literal("ab"),
  literal("bé"),
  literal(""),
  range("a", "b"),
  range("b", "é"),
  { node: { kind: "text", regex: characterExcept([[0x61, 0x61]]) }, ebnf: "[^a]", lark: "/[^a]/" },
  {
    node: { kind: "text", regex: repeatText(characterOf([[0x61, 0x62]]), 1, Number.POSITIVE_INFINITY) },
    ebnf: "[ab]+",
    lark: "/[ab]+/",
  },
];
const repetitions = [
  { sign: "*", min: 0, max: Number.POSITIVE_INFINITY },
  { sign: "+", min: 1, max: Number.POSITIVE_INFINITY },
  { sign: "?", min: 0, max: 1 },
  { sign: "{2}", min: 2, max: 2 },
  { sign: "{1,3}", min: 1, max: 3 },
  { sign: "{2,}", min: 2, max: Number.POSITIVE_INFINITY },
] as const;

const rule = (index: number): Written => ({
  node: { kind: "rule", rule: index },
  ebnf: names[index]!,
  lark: larkNames[index]!,
});
const group = (text: string): string => `(${text})`;

export const randomGrammars: fc.Arbitrary<RandomGrammar> = fc.integer({ min: 1, max: 4 }).chain((count) => {
  const { body } = fc.letrec<{ body: Written }>((tie) => ({
    body: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom(...atoms),
      fc.integer({ min: 0, max: count - 1 }).map((index): Written => rule(index)),
      fc.array(tie("body"), { minLength: 2, maxLength: 3 }).map(
        (parts): Written => ({
          node: { kind: "sequence", parts: parts.map((part) => part.node) },
          ebnf: parts.map((part) => group(part.ebnf)).join(" "),
          lark: parts.map((part) => group(part.lark)).join(" "),
        }),
      ),
      fc.array(tie("body"), { minLength: 2, maxLength: 3 }).map(
        (parts): Written => ({
          node: { kind: "or", parts: parts.map((part) => part.node) },
          ebnf: parts.map((part) => group(part.ebnf)).join(" | "),
          lark: parts.map((part) => group(part.lark)).join(" | "),
        }),
      ),
      fc.tuple(tie("body"), fc.constantFrom(...repetitions)).map(
        ([part, { sign, min, max }]): Written => ({
          node: { kind: "repeat", part: part.node, min, max },
          ebnf: `${group(part.ebnf)}${sign}`,
          lark: `${group(part.lark)}${sign}`,
        }),
      ),
    ),
  }));
  return fc.array(body, { minLength: count, maxLength: count }).map((bodies) => ({
    grammar: { rules: bodies.map(({ node }, index) => ({ name: names[index]!, body: node })), start: 0 },
    ebnf: bodies.map(({ ebnf }, index) => `${names[index]!} ::= ${ebnf}`).join("\n"),
    lark: bodies.map(({ lark }, index) => `${larkNames[index]!}: ${lark}`).join("\n"),
  }));
});

/** All texts of up to so many characters. */
export function textsOf(length: number, characters: readonly string[] = alphabet): string[] {
  if (length === 0) return [""];
  const shorter = textsOf(length - 1, characters);
  const longest = shorter.filter((text) => Array.from(text).length === length - 1);
  return [...shorter, ...longest.flatMap((text) => characters.map((each) => text + each))];
}
