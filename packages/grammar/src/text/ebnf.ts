/**
 * EBNF as XGrammar and llama.cpp (GBNF) have it: `name ::= …` with "quotes", [classes], `.` for any character, groups,
 * `*`, `+`, `?`, `{m,n}`, tokens and `#` comments. A rule goes on until the next name with `::=`; an alternative may be empty.
 */
import { anyCharacter, literalText } from "../regex/textRegexes.ts";
import { readClass, readQuoted } from "./escapes.ts";
import { limits } from "./limits.ts";
import { type NamedRule, type Node, orNode, repeatNode, sequenceNode, type TextGrammar, textNode } from "./nodes.ts";
import { freeTokens } from "./freeTokens.ts";
import { GrammarReader } from "./reader.ts";
import { readBraces, signs } from "./repetition.ts";
import { readTokens, type TokenNames } from "./tokens.ts";

const name = /[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*/y;
const header = /[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*[ \t]*::=/y;
const space = /(?:[ \t\r\n]|#[^\r\n]*)*/y;

/** @param subject what messages begin with @throws RangeError with the place of what is wrong */
export function parseEbnf(text: string, tokens: TokenNames, subject = '"grammar"'): TextGrammar {
  return new EbnfParser(new GrammarReader(text, subject, "an EBNF grammar"), tokens).grammar();
}

class EbnfParser {
  readonly #reader: GrammarReader;
  readonly #tokens: TokenNames;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  /** By rule: where it is first named. */
  readonly #places: number[] = [];
  readonly #bodies: (Node | undefined)[] = [];

  constructor(reader: GrammarReader, tokens: TokenNames) {
    this.#reader = reader;
    this.#tokens = tokens;
  }

  grammar(): TextGrammar {
    const reader: GrammarReader = this.#reader;
    reader.match(space);
    while (!reader.isAtEnd) this.#rule();
    const start = this.#numbers.get("root");
    if (start === undefined || !this.#bodies[start]) reader.refuse("a rule named root", "none", 0);
    const rules = this.#names.map((ruleName, index): NamedRule => {
      const body = this.#bodies[index];
      if (!body)
        reader.refuse("the name of a rule", `${JSON.stringify(ruleName)}, which no rule has`, this.#places[index]);
      return { name: ruleName, body };
    });
    return { rules, start };
  }

  #rule(): void {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    const ruleName = reader.match(name) ?? reader.refuse("a rule's name");
    reader.match(/[ \t]*/y);
    if (reader.startsWith("[")) reader.refuse('"::=" (attributes of rules are not followed)');
    reader.expect("::=");
    const number = this.#numberOf(ruleName, at);
    if (this.#bodies[number]) reader.refuse("each rule once", `${JSON.stringify(ruleName)} again`, at);
    reader.match(space);
    this.#bodies[number] = this.#alternatives();
    if (!reader.isAtEnd && !this.#isHeader()) reader.refuse("a part of a rule, or the next rule");
  }

  #alternatives(): Node {
    const reader: GrammarReader = this.#reader;
    const alternatives = [this.#sequence()];
    while (reader.skip("|")) {
      reader.match(space);
      alternatives.push(this.#sequence());
    }
    return orNode(alternatives);
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (let part = this.#part(); part; part = this.#part()) parts.push(part);
    return sequenceNode(parts);
  }

  /** The next part with its repetitions; undefined where the sequence ends. */
  #part(): Node | undefined {
    const reader: GrammarReader = this.#reader;
    if (reader.isAtEnd || this.#isHeader()) return undefined;
    let part = this.#element();
    if (!part) return undefined;
    reader.count();
    reader.match(space);
    for (let next = reader.peek(); next !== "" && "*+?{".includes(next); next = reader.peek()) {
      const { min, max } = next === "{" ? readBraces(reader) : signs[reader.take()]!;
      part = repeatNode(part, min, max);
      reader.match(space);
    }
    return part;
  }

  #element(): Node | undefined {
    const reader: GrammarReader = this.#reader;
    switch (reader.peek()) {
      case '"':
        return textNode(literalText(readQuoted(reader)));
      case "[":
        return textNode(readClass(reader));
      case ".":
        reader.take();
        return textNode(anyCharacter);
      case "<":
        return { kind: "tokens", ranges: readTokens(reader, this.#tokens) };
      case "!":
        return this.#tokensExcept();
      case "(":
        return this.#group();
      default: {
        const at = reader.at;
        const ruleName = reader.match(name);
        return ruleName === undefined ? undefined : { kind: "rule", rule: this.#numberOf(ruleName, at) };
      }
    }
  }

  #group(): Node {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    reader.expect("(");
    if (reader.startsWith("=")) reader.refuse("a group (lookaheads are not followed)", '"(="', at);
    return reader.nested(at, () => {
      reader.match(space);
      const inside = this.#alternatives();
      if (!reader.skip(")")) reader.refuse(`")" of the bracket at line ${reader.placeOf(at).line}`);
      return inside;
    });
  }

  /** `!<token>*`: text and other special tokens, as many as come. */
  #tokensExcept(): Node {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    reader.expect("!");
    const ranges = readTokens(reader, this.#tokens);
    const sign = reader.match(/[*+]/y) ?? reader.refuse('"*" or "+" after a token that is excepted');
    const free = freeTokens(ranges, this.#tokens);
    if (!free) reader.refuse("a special token after !", "a token of text", at);
    return sign === "+" ? free.some : free.any;
  }

  #isHeader(): boolean {
    header.lastIndex = this.#reader.at;
    return header.test(this.#reader.text);
  }

  #numberOf(ruleName: string, at: number): number {
    let number = this.#numbers.get(ruleName);
    if (number === undefined) {
      number = this.#names.push(ruleName) - 1;
      if (number >= limits.rules) this.#reader.refuse(`at most ${limits.rules} rules`, "more", at);
      this.#numbers.set(ruleName, number);
      this.#places.push(at);
    }
    return number;
  }
}
