/**
 * A parsed grammar as rules over lexemes. No lexeme matches the empty text, and no rule but the first does: where a part may
 * be empty, there is a way around it.
 */
import type { Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { andText, anyCharacter, matchesEmpty, repeatText } from "../regex/textRegexes.ts";
import type { GrammarRules, Lexeme, Rule, RuleEdge } from "../rules/grammarRules.ts";
import { acceptingDraft, type Draft, statesOf } from "./drafts.ts";
import { limits } from "./limits.ts";
import type { Node, TextGrammar } from "./nodes.ts";
import { leastRules, withoutEndless } from "./normalRules.ts";
import { withRegularRules } from "./regularRules.ts";

export interface CompileOptions {
  readonly expressions: Expressions;
  /** How messages name the grammar. */
  readonly param: string;
  /** Rules of JSON that a schema accepts, over the same expressions; for grammars with such parts. */
  readonly compileSchema: (schema: unknown) => GrammarRules;
}

const something = repeatText(anyCharacter, 1, Number.POSITIVE_INFINITY);

/** @throws RangeError for a grammar that no text fits, or that is too large */
export function compileGrammar(grammar: TextGrammar, options: CompileOptions): GrammarRules {
  const bodies = withoutEndless(withRegularRules(grammar), options.expressions);
  return new Compiler(grammar, bodies, options).rules();
}

class Compiler {
  readonly #grammar: TextGrammar;
  readonly #bodies: readonly Node[];
  readonly #options: CompileOptions;
  /** By rule of the grammar: whether the empty text fits. */
  readonly #isNullable: Uint8Array;
  readonly #matchesEmpty = new Map<TextRegex, boolean>();
  readonly #lexemes: Lexeme[] = [];
  readonly #lexemeNumbers = new Map<string, number>();
  readonly #rules: Rule[] = [];
  /** By rule of the grammar: its number here. */
  readonly #numbers = new Map<number, number>();
  readonly #waiting: number[] = [];
  readonly #schemas = new Map<unknown, number>();
  #edgeCount = 0;

  constructor(grammar: TextGrammar, bodies: readonly Node[], options: CompileOptions) {
    this.#grammar = grammar;
    this.#bodies = bodies;
    this.#options = options;
    this.#isNullable = leastRules(bodies, (body, rules) => this.#nullable(body, rules));
  }

  rules(): GrammarRules {
    const { expressions, param } = this.#options;
    const { start, rules } = this.#grammar;
    const body = this.#bodies[start]!;
    if (body.kind === "text" && expressions.isEmpty(expressions.text(body.regex, "utf8"))) {
      throw new RangeError(
        `"${param}" expected a grammar that a text can fit, got none for its rule ${rules[start]!.name}`,
      );
    }
    const first = this.#ruleNumber(start);
    for (let rule = this.#waiting.pop(); rule !== undefined; rule = this.#waiting.pop()) this.#compileRule(rule);
    if (!this.#isNullable[start]) return { expressions, lexemes: this.#lexemes, rules: this.#rules, start: first };
    const name = `${rules[start]!.name}?`;
    const edges: readonly RuleEdge[] =
      this.#rules[first]!.states[0]!.edges.length > 0 ? [{ symbol: { rule: first }, target: 1 }] : [];
    const whole = this.#addRule({
      name,
      states: [
        { edges, isAccepting: true },
        { edges: [], isAccepting: true },
      ],
    });
    return { expressions, lexemes: this.#lexemes, rules: this.#rules, start: whole };
  }

  #ruleNumber(rule: number): number {
    let number = this.#numbers.get(rule);
    if (number === undefined) {
      number = this.#addRule({ name: this.#grammar.rules[rule]!.name, states: [] });
      this.#numbers.set(rule, number);
      this.#waiting.push(rule);
    }
    return number;
  }

  #addRule(rule: Rule): number {
    return this.#rules.push(rule) - 1;
  }

  #compileRule(rule: number): void {
    const name = this.#grammar.rules[rule]!.name;
    this.#rules[this.#numbers.get(rule)!] = {
      name,
      states: this.#states(this.#entry(this.#bodies[rule]!, acceptingDraft())),
    };
  }

  #states(entry: Draft): Rule["states"] {
    return statesOf(entry, (count) => {
      this.#edgeCount += count;
      if (this.#edgeCount > limits.edges) {
        throw new RangeError(
          `"${this.#options.param}" expected a grammar of at most ${limits.edges} edges: it is too large`,
        );
      }
    });
  }

  /** Where the node begins that is followed by `next`. */
  #entry(node: Node, next: Draft): Draft {
    switch (node.kind) {
      case "text": {
        const lexeme = this.#textLexeme(node.regex);
        const edges = lexeme === undefined ? [] : [{ symbol: { lexeme }, target: next }];
        return { edges, falls: this.#matchesNothing(node.regex) ? [next] : [], isAccepting: false };
      }
      case "tokens":
        return {
          edges: [{ symbol: { lexeme: this.#tokenLexeme(node) }, target: next }],
          falls: [],
          isAccepting: false,
        };
      case "rule": {
        const edges = [{ symbol: { rule: this.#ruleNumber(node.rule) }, target: next }];
        return { edges, falls: this.#isNullable[node.rule] ? [next] : [], isAccepting: false };
      }
      case "json":
        return {
          edges: [{ symbol: { rule: this.#schemaRule(node.schema) }, target: next }],
          falls: [],
          isAccepting: false,
        };
      case "sequence":
        return node.parts.reduceRight((after, part) => this.#entry(part, after), next);
      case "or":
        return { edges: [], falls: node.parts.map((part) => this.#entry(part, next)), isAccepting: false };
      case "repeat":
        return this.#repeat(node, next);
      default:
        return node satisfies never;
    }
  }

  #repeat({ part, min, max }: Node & { kind: "repeat" }, next: Draft): Draft {
    if (max === 1) return { edges: [], falls: [this.#entry(part, next), next], isAccepting: false };
    if (max === Number.POSITIVE_INFINITY && min <= 1) {
      const falls: Draft[] = [next];
      const loop: Draft = { edges: [], falls, isAccepting: false };
      const entry = this.#entry(part, loop);
      falls.push(entry);
      return min === 0 ? loop : entry;
    }
    const isNullable = min === 0 || this.#nullable(part, this.#isNullable);
    const symbol = { rule: this.#countedRule(part, isNullable ? 1 : min, max) };
    return { edges: [{ symbol, target: next }], falls: isNullable ? [next] : [], isAccepting: false };
  }

  /** A rule of so many parts, each of them with some text. */
  #countedRule(part: Node, min: number, max: number): number {
    const inner = this.#addRule({ name: "repeated", states: this.#states(this.#entry(part, acceptingDraft())) });
    const ifCount = max === Number.POSITIVE_INFINITY ? {} : { ifCount: { min: 0, max: max - 1 } };
    const edge: RuleEdge = { symbol: { rule: inner }, target: 1, counts: true, ...ifCount };
    return this.#addRule({
      name: `{${min},${max}}`,
      states: [
        { edges: [edge], isAccepting: false },
        { edges: [edge], isAccepting: true, acceptingCount: { min, max } },
      ],
    });
  }

  #textLexeme(regex: TextRegex): number | undefined {
    const { expressions } = this.#options;
    const isNullable = this.#matchesNothing(regex);
    const expression = expressions.text(isNullable ? andText([something, regex]) : regex, "utf8");
    if (isNullable && expressions.isEmpty(expression)) return undefined;
    return this.#lexeme({ name: "text", expression });
  }

  #tokenLexeme({ ranges }: Node & { kind: "tokens" }): number {
    return this.#lexeme({ name: "token", expression: this.#options.expressions.none, tokenIds: ranges });
  }

  #lexeme(lexeme: Lexeme): number {
    const key = JSON.stringify([lexeme.expression, lexeme.isLazy === true, lexeme.tokenIds]);
    let number = this.#lexemeNumbers.get(key);
    if (number === undefined) {
      number = this.#lexemes.push(lexeme) - 1;
      this.#lexemeNumbers.set(key, number);
    }
    return number;
  }

  /** Puts in the rules of a schema, with lexemes of one set. */
  #schemaRule(schema: unknown): number {
    let number = this.#schemas.get(schema);
    if (number === undefined) {
      const { lexemes, rules, start } = this.#options.compileSchema(schema);
      const base = this.#rules.length;
      const lexemeNumbers = lexemes.map((lexeme) => this.#lexeme(lexeme));
      const symbolOf = (symbol: RuleEdge["symbol"]): RuleEdge["symbol"] =>
        "rule" in symbol ? { rule: base + symbol.rule } : { lexeme: lexemeNumbers[symbol.lexeme]! };
      for (const { name, states } of rules) {
        const moved = states.map((state) => ({
          ...state,
          edges: state.edges.map((edge) => ({ ...edge, symbol: symbolOf(edge.symbol) })),
        }));
        this.#addRule({ name, states: moved });
      }
      number = base + start;
      this.#schemas.set(schema, number);
    }
    return number;
  }

  #matchesNothing(regex: TextRegex): boolean {
    return matchesEmpty(regex, this.#matchesEmpty);
  }

  #nullable(node: Node, rules: Uint8Array): boolean {
    switch (node.kind) {
      case "text":
        return this.#matchesNothing(node.regex);
      case "rule":
        return rules[node.rule] === 1;
      case "sequence":
        return node.parts.every((part) => this.#nullable(part, rules));
      case "or":
        return node.parts.some((part) => this.#nullable(part, rules));
      case "repeat":
        return node.min === 0 || this.#nullable(node.part, rules);
      case "tokens":
      case "json":
        return false;
      default:
        return node satisfies never;
    }
  }
}
