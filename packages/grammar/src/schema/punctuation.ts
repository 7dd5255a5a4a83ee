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
    const quoted = JSON.stringify(name);
    return this.#lexemes.add(this.#expressions.literal(quoted, this.#colon), quoted);
  }

  /** Any of the names up to where its value begins. */
  key(texts: TextRegex, name: string): RuleSymbol {
    return this.#lexemes.add(this.#expressions.concat([this.quoted(texts), this.#colon]), name);
  }

  /** Any other name up to where its value begins. */
  otherKey(names: readonly string[], name: string): RuleSymbol {
    if (names.length > 0 && this.#spelling === "json") {
      const known = this.#words(names);
      const others = this.#expressions.and([this.#expressions.text(anything, "json"), this.#expressions.not(known)]);
      return this.#lexemes.add(this.#expressions.concat([this.#quote, others, this.#quote, this.#colon]), name);
    }
    return this.key(not(or(...names.map(literal))), name);
  }

  /** Strings with one of the texts. */
  quotedWords(texts: readonly string[]): Expr {
    if (this.#spelling !== "json") return this.quoted(or(...texts.map(literal)));
    return this.#expressions.concat([this.#quote, this.#words(texts), this.#quote]);
  }

  /** As JSON spells them; there is no spelling of lone surrogates. */
  #words(texts: readonly string[]): Expr {
    const spelled: string[] = [];
    for (const text of texts) if (!hasLoneSurrogate(text)) spelled.push(JSON.stringify(text).slice(1, -1));
    return this.#expressions.words(spelled);
  }

  /** A name alone. */
  name(texts: TextRegex, name: string): RuleSymbol {
    return this.#lexemes.add(this.quoted(texts), name);
  }
}
