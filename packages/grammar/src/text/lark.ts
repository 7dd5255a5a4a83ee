/**
 * Lark's notation as far as it says which texts there are: rules, terminals, literals, ranges, `/regex/is`, groups, `?*+~{}`,
 * `%ignore`, `%import common.…`, `%json {…}`, tokens. Aliases and the marks `?` and `!` shape trees only. A text is in the
 * language if it can be split into terminals in any way (Lark's `dynamic_complete` lexer). What `%ignore` names may stand
 * after each terminal of a rule, not before the first, as llguidance has it.
 */
import { messageOf } from "@tokenmill/check";
import { ignoringCase } from "../regex/caseFolding.ts";
import { regexText } from "../regex/regexText.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { characterOf, concatText, literalText } from "../regex/textRegexes.ts";
import { readQuoted } from "./escapes.ts";
import { larkCommon } from "./larkCommon.ts";
import { limits } from "./limits.ts";
import type { LarkDefinition, LarkNode } from "./larkNodes.ts";
import { resolveLark } from "./larkResolver.ts";
import { type TextGrammar, textNode } from "./nodes.ts";
import { GrammarReader } from "./reader.ts";
import { checkOrder, readBraces, readCount, type Repetition, signs } from "./repetition.ts";
import { readTokens, type TokenNames } from "./tokens.ts";

const name = /[A-Za-z_][A-Za-z0-9_-]*/y;
const blanks = /(?:[ \t]|(?:#|\/\/)[^\r\n]*)*/y;
const space = /(?:[ \t\r\n]|(?:#|\/\/)[^\r\n]*)*/y;
/** An alternative may go on in the next line with `|`. */
const continued = /(?:[ \t\r\n]|(?:#|\/\/)[^\r\n]*(?=[\r\n]|$))*\|/y;

/** @param subject what messages begin with @throws RangeError with the place of what is wrong */
export function parseLark(text: string, tokens: TokenNames, subject = '"grammar"'): TextGrammar {
  return new LarkParser(new GrammarReader(text, subject, "a Lark grammar"), tokens).grammar();
}

class LarkParser {
  readonly #reader: GrammarReader;
  readonly #tokens: TokenNames;
  readonly #definitions = new Map<string, LarkDefinition>();
  readonly #ignored: LarkNode[] = [];

  constructor(reader: GrammarReader, tokens: TokenNames) {
    this.#reader = reader;
    this.#tokens = tokens;
  }

  grammar(): TextGrammar {
    const reader: GrammarReader = this.#reader;
    for (reader.match(space); !reader.isAtEnd; reader.match(space)) {
      if (reader.startsWith("%")) this.#directive();
      else this.#definition();
      reader.match(blanks);
      if (!reader.isAtEnd && !/[\r\n]/.test(reader.peek())) reader.refuse("a part of a rule, or the line's end");
    }
    return resolveLark(reader, this.#definitions, this.#ignored);
  }

  #definition(): void {
    const reader: GrammarReader = this.#reader;
    reader.match(/[?!]*/y);
    const at = reader.at;
    const defined = reader.match(name) ?? reader.refuse("the name of a rule or a terminal");
    reader.match(blanks);
    if (reader.startsWith(".")) reader.refuse('":" (priorities are not followed)');
    if (reader.startsWith("{")) reader.refuse('":" (templates are not followed)');
    if (reader.startsWith("[")) reader.refuse('":" (options of rules are not followed)');
    reader.expect(":");
    this.#define(defined, { body: this.#alternatives(false), at });
  }

  #define(defined: string, definition: LarkDefinition): void {
    if (this.#definitions.has(defined)) {
      this.#reader.refuse("each name once", `${JSON.stringify(defined)} again`, definition.at);
    }
    if (this.#definitions.size >= limits.rules) this.#reader.refuse(`at most ${limits.rules} rules`, "more");
    this.#definitions.set(defined, definition);
  }

  #directive(): void {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    const directive = reader.match(/%[a-z_]*/y)!;
    reader.match(blanks);
    if (directive === "%ignore") this.#ignored.push(this.#alternatives(false));
    else if (directive === "%import") this.#import();
    else reader.refuse("%ignore or %import of common", directive, at);
  }

  #import(): void {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    const path = reader.match(/[A-Za-z0-9_.]+/y) ?? reader.refuse("what is imported");
    reader.match(blanks);
    const [library, ...imported] = path.split(".");
    if (library !== "common" || imported.length > 1) reader.refuse("an import of common", JSON.stringify(path), at);
    if (imported.length === 1) {
      const alias = reader.skip("->") ? (reader.match(blanks), reader.match(name)) : imported[0];
      this.#importOne(imported[0]!, alias ?? reader.refuse("a terminal's name"), at);
      return;
    }
    reader.expect("(");
    do {
      reader.match(space);
      const from = reader.at;
      const each = reader.match(name) ?? reader.refuse("a terminal's name");
      this.#importOne(each, each, from);
      reader.match(space);
    } while (reader.skip(","));
    reader.expect(")");
  }

  #importOne(imported: string, alias: string, at: number): void {
    const regex = Object.hasOwn(larkCommon, imported) ? larkCommon[imported] : undefined;
    if (regex === undefined) this.#reader.refuse("the name of a terminal of common", JSON.stringify(imported), at);
    this.#define(alias, { body: { kind: "leaf", node: textNode(regexText(regex)) }, at });
  }

  #alternatives(isNested: boolean): LarkNode {
    const reader: GrammarReader = this.#reader;
    const alternatives: LarkNode[] = [];
    const nextLine = isNested ? space : blanks;
    do {
      reader.match(nextLine);
      alternatives.push(this.#sequence(isNested));
      this.#alias();
    } while (this.#isContinued());
    return alternatives.length === 1 ? alternatives[0]! : { kind: "or", parts: alternatives };
  }

  #isContinued(): boolean {
    return this.#reader.match(continued) !== undefined;
  }

  #alias(): void {
    const reader: GrammarReader = this.#reader;
    if (!reader.skip("->")) return;
    reader.match(blanks);
    if (reader.match(name) === undefined) reader.refuse("the name of an alternative");
    reader.match(blanks);
  }

  #sequence(isNested: boolean): LarkNode {
    const reader: GrammarReader = this.#reader;
    const parts: LarkNode[] = [];
    for (let part = this.#part(); part; part = this.#part()) {
      parts.push(part);
      reader.match(isNested ? space : blanks);
    }
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #part(): LarkNode | undefined {
    const reader: GrammarReader = this.#reader;
    let part = this.#element();
    if (!part) return undefined;
    reader.count();
    for (let repetition = this.#repetition(); repetition; repetition = this.#repetition()) {
      part = { kind: "repeat", part, repetition };
    }
    return part;
  }

  #repetition(): Repetition | undefined {
    const reader: GrammarReader = this.#reader;
    reader.match(/[ \t]*/y);
    const next = reader.peek();
    if (next === "{") return readBraces(reader);
    if (next in signs && next !== "") return signs[reader.take()];
    const at = reader.at;
    if (!reader.skip("~")) return undefined;
    reader.match(/[ \t]*/y);
    const min = readCount(reader);
    reader.match(/[ \t]*/y);
    if (!reader.skip("..")) return { min, max: min };
    reader.match(/[ \t]*/y);
    return checkOrder(reader, { min, max: readCount(reader) }, at);
  }

  #element(): LarkNode | undefined {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    switch (reader.peek()) {
      case '"':
        return leaf(this.#literal());
      case "/":
        return leaf(this.#regex());
      case "<":
        return { kind: "leaf", node: { kind: "tokens", ranges: readTokens(reader, this.#tokens) } };
      case "(":
        return this.#bracket("(", ")");
      case "[":
        return { kind: "repeat", part: this.#bracket("[", "]"), repetition: { min: 0, max: 1 } };
      case "%":
        return this.#json();
      case "@":
        return reader.refuse("a part of a rule (grammars by name are not followed)");
      default: {
        const named = reader.match(name);
        if (named === undefined) return undefined;
        if (reader.startsWith("{")) reader.refuse("a part of a rule (templates are not followed)");
        return { kind: "name", name: named, at };
      }
    }
  }

  #bracket(open: string, close: string): LarkNode {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    reader.expect(open);
    return reader.nested(at, () => {
      const inside = this.#alternatives(true);
      if (!reader.skip(close)) reader.refuse(`"${close}" of the bracket at line ${reader.placeOf(at).line}`);
      return inside;
    });
  }

  #literal(): TextRegex {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    const first = readQuoted(reader);
    if (!reader.match(/[ \t]*\.\.[ \t]*/y))
      return reader.match(/i(?![A-Za-z0-9_])/y) ? caseless(first) : literalText(first);
    const last = readQuoted(reader);
    const [from, to] = [first, last].map((text) => (Array.from(text).length === 1 ? text.codePointAt(0)! : undefined));
    if (from === undefined || to === undefined || to < from) {
      reader.refuse(
        "a range upwards from one character to another",
        JSON.stringify(reader.text.slice(at, reader.at)),
        at,
      );
    }
    return characterOf([[from, to]]);
  }

  #regex(): TextRegex {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    const written =
      reader.match(/\/(?:[^\\/\r\n]|\\[^\r\n])+\/[a-z]*/y) ?? reader.refuse("a regular expression on its line");
    const end = written.lastIndexOf("/");
    const flags = written.slice(end + 1);
    const unknown = /[^isu]/.exec(flags)?.[0];
    if (unknown !== undefined) reader.refuse("flags i, s and u", JSON.stringify(unknown), at);
    const pattern = written.slice(1, end);
    try {
      return regexText(pattern, { ignoreCase: flags.includes("i"), dotAll: flags.includes("s") });
    } catch (error) {
      return reader.refuse("a regular expression that can be followed", `/${pattern}/: ${messageOf(error)}`, at);
    }
  }

  /** `%json` and a schema. */
  #json(): LarkNode {
    const reader: GrammarReader = this.#reader;
    const at = reader.at;
    if (reader.match(/%json[ \t\r\n]*/y) === undefined) reader.refuse("a part of a rule");
    const end = endOfJson(reader.text, reader.at);
    try {
      const schema: unknown = JSON.parse(reader.text.slice(reader.at, end));
      reader.at = end;
      return { kind: "leaf", node: { kind: "json", schema } };
    } catch (error) {
      return reader.refuse("%json with an object that is a schema", messageOf(error), at);
    }
  }
}

const leaf = (regex: TextRegex): LarkNode => ({ kind: "leaf", node: textNode(regex) });

function caseless(text: string): TextRegex {
  return concatText(
    Array.from(text).map((character) => {
      const code = character.codePointAt(0)!;
      return characterOf(ignoringCase([[code, code]]));
    }),
  );
}

/** Behind the bracket that ends what begins at `at`. */
function endOfJson(text: string, at: number): number {
  const parts = /"(?:[^"\\]|\\[^])*"|[{}[\]]/y;
  let depth = 0;
  for (let i = at; i < text.length; ) {
    parts.lastIndex = i;
    const part = parts.exec(text)?.[0];
    if (part === undefined) i++;
    else {
      i += part.length;
      if (part === "{" || part === "[") depth++;
      else if (part === "}" || part === "]") depth--;
      if (depth === 0) return i;
    }
  }
  return text.length;
}
