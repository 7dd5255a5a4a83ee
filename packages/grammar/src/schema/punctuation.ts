/** What stands between values, with its white space, as lexemes; and names and texts in quotes. */
import { anything, hasLoneSurrogate, literal, not, or } from "../json/texts.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { Spelling, TextRegex } from "../regex/textRegex.ts";
import type { LexemeTable, RuleSymbol } from "./ruleBody.ts";

/** Most blanks in one place. */
const mostBlanks = 8;

export class Punctuation {
  readonly openObject: RuleSymbol;
  readonly emptyObject: RuleSymbol;
  readonly closeObject: RuleSymbol;
  readonly openArray: RuleSymbol;
  readonly emptyArray: RuleSymbol;
  readonly closeArray: RuleSymbol;
  readonly comma: RuleSymbol;
  /** After a name that is a lexeme of its own. */
  readonly colon: RuleSymbol;
  readonly #expressions: Expressions;
  readonly #lexemes: LexemeTable;
  readonly #spelling: Spelling;
  readonly #colon: Expr;
  readonly #quote: Expr;
  /** By name. */
  readonly #named = new Map<string, RuleSymbol>();
  /** By the names that it is not. */
  readonly #others = new Map<string, RuleSymbol>();

  constructor(expressions: Expressions, lexemes: LexemeTable, anyWhitespace: boolean, spelling: Spelling) {
    this.#expressions = expressions;
    this.#lexemes = lexemes;
    this.#spelling = spelling;
    const blank = expressions.bytes([
      [0x09, 0x0a],
      [0x0d, 0x0d],
      [0x20, 0x20],
    ]);
    const gap = anyWhitespace ? expressions.repeat(blank, 0, mostBlanks) : expressions.empty;
    const after = anyWhitespace ? gap : expressions.literal(" ");
    const sign = (text: string): Expr => expressions.literal(text);
    const add = (name: string, ...parts: Expr[]): RuleSymbol => lexemes.add(expressions.concat(parts), name);
    this.#colon = expressions.concat([gap, sign(":"), after]);
    this.#quote = sign('"');
    this.openObject = add("{", sign("{"), gap);
    this.emptyObject = add("{}", sign("{"), gap, sign("}"));
    this.closeObject = add("}", gap, sign("}"));
    this.openArray = add("[", sign("["), gap);
    this.emptyArray = add("[]", sign("["), gap, sign("]"));
    this.closeArray = add("]", gap, sign("]"));
    this.comma = add(",", gap, sign(","), after);
    this.colon = lexemes.add(this.#colon, ":");
  }

  /** A string with the text. */
  quoted(texts: TextRegex): Expr {
    return this.#expressions.concat([this.#quote, this.#expressions.text(texts, this.#spelling), this.#quote]);
  }

  /** A name up to where its value begins. @param name without lone surrogates */
  namedKey(name: string): RuleSymbol {
    let symbol = this.#named.get(name);
    if (!symbol) {
      const key = { names: [spelled(name)], outOf: undefined, tail: this.#colon };
      this.#named.set(name, (symbol = this.#lexemes.addKey(key, name)));
    }
    return symbol;
  }

  /** Any of the names up to where its value begins. */
  key(texts: TextRegex, name: string): RuleSymbol {
    return this.#lexemes.add(this.#expressions.concat([this.quoted(texts), this.#colon]), name);
  }

  /** Any other name up to where its value begins. */
  otherKey(names: readonly string[], name: string): RuleSymbol {
    const spellings = spellingsOf(names);
    if (spellings.length === 0 || this.#spelling !== "json") return this.key(not(or(...names.map(literal))), name);
    // none of them has a quote that is not escaped
    const text = spellings.join('"');
    let symbol = this.#others.get(text);
    if (!symbol) {
      const key = { names: spellings, outOf: this.#expressions.text(anything, "json"), tail: this.#colon };
      this.#others.set(text, (symbol = this.#lexemes.addKey(key, name)));
    }
    return symbol;
  }

  /** Strings with one of the texts. */
  quotedWords(texts: readonly string[]): Expr {
    if (this.#spelling !== "json") return this.quoted(or(...texts.map(literal)));
    return this.#expressions.concat([this.#quote, this.#expressions.words(spellingsOf(texts)), this.#quote]);
  }

  /** A name alone. */
  name(texts: TextRegex, name: string): RuleSymbol {
    return this.#lexemes.add(this.quoted(texts), name);
  }
}

/** As JSON has it, without quotes. */
function spelled(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Lone surrogates have none. */
function spellingsOf(texts: readonly string[]): string[] {
  return texts.filter((text) => !hasLoneSurrogate(text)).map(spelled);
}
