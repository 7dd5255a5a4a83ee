/** What the names of a Lark grammar stand for: terminals become regexes, rules become rules over them. */
import type { TextRegex } from "../regex/textRegex.ts";
import { concatText, emptyText, orText, repeatText } from "../regex/textRegexes.ts";
import type { LarkDefinition, LarkNode } from "./larkNodes.ts";
import { limits } from "./limits.ts";
import { type NamedRule, type Node, orNode, repeatNode, sequenceNode, type TextGrammar, textNode } from "./nodes.ts";
import type { GrammarReader } from "./reader.ts";

const isTerminal = (text: string): boolean => /^_*[A-Z]/.test(text);

export function resolveLark(
  reader: GrammarReader,
  definitions: ReadonlyMap<string, LarkDefinition>,
  ignored: readonly LarkNode[],
): TextGrammar {
  return new LarkResolver(reader, definitions).grammar(ignored);
}

class LarkResolver {
  readonly #reader: GrammarReader;
  readonly #definitions: ReadonlyMap<string, LarkDefinition>;
  readonly #rules: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #terminals = new Map<string, TextRegex>();
  /** Terminals that are being resolved, the outermost first. */
  readonly #open: string[] = [];
  /** What may stand after each terminal. */
  #skipped: TextRegex = emptyText;

  constructor(reader: GrammarReader, definitions: ReadonlyMap<string, LarkDefinition>) {
    this.#reader = reader;
    this.#definitions = definitions;
    this.#rules = [...definitions.keys()].filter((defined) => !isTerminal(defined));
    this.#numbers = new Map(this.#rules.map((rule, number) => [rule, number]));
  }

  grammar(ignored: readonly LarkNode[]): TextGrammar {
    const start = this.#numbers.get("start");
    if (start === undefined) this.#reader.refuse("a rule named start", "none", 0);
    if (ignored.length > 0) {
      const one = orText(ignored.map((node) => this.#regexOf(node)));
      this.#skipped = repeatText(one, 0, Number.POSITIVE_INFINITY);
    }
    // also terminals that no rule names are checked
    for (const defined of this.#definitions.keys()) if (isTerminal(defined)) this.#terminal(defined);
    const rules = this.#rules.map(
      (name): NamedRule => ({ name, body: this.#nodeOf(this.#definitions.get(name)!.body) }),
    );
    return { rules, start };
  }

  #nodeOf(node: LarkNode): Node {
    switch (node.kind) {
      case "leaf":
        return this.#lexeme(node.node);
      case "name": {
        if (isTerminal(node.name)) return this.#lexeme(textNode(this.#named(node.name, node.at)));
        const rule = this.#numbers.get(node.name);
        return rule === undefined ? this.#unknown(node.name, node.at) : { kind: "rule", rule };
      }
      case "sequence":
        return sequenceNode(node.parts.map((part) => this.#nodeOf(part)));
      case "or":
        return orNode(node.parts.map((part) => this.#nodeOf(part)));
      case "repeat":
        return repeatNode(this.#nodeOf(node.part), node.repetition.min, node.repetition.max);
      default:
        return node satisfies never;
    }
  }

  #lexeme(node: Node): Node {
    return sequenceNode([node, textNode(this.#skipped)]);
  }

  #regexOf(node: LarkNode): TextRegex {
    switch (node.kind) {
      case "leaf":
        if (node.node.kind === "text") return node.node.regex;
        return this.#reader.refuse("terminals of text alone", node.node.kind === "json" ? "%json" : "a token", 0);
      case "name":
        if (isTerminal(node.name)) return this.#named(node.name, node.at);
        return this.#reader.refuse("terminals of terminals alone", `the rule ${JSON.stringify(node.name)}`, node.at);
      case "sequence":
        return concatText(node.parts.map((part) => this.#regexOf(part)));
      case "or":
        return orText(node.parts.map((part) => this.#regexOf(part)));
      case "repeat":
        return repeatText(this.#regexOf(node.part), node.repetition.min, node.repetition.max);
      default:
        return node satisfies never;
    }
  }

  #named(name: string, at: number): TextRegex {
    if (!this.#definitions.has(name)) return this.#unknown(name, at);
    if (this.#open.includes(name)) this.#reader.refuse("terminals without recursion", JSON.stringify(name), at);
    if (this.#open.length >= limits.nesting) {
      this.#reader.refuse(`at most ${limits.nesting} terminals inside each other`, "more", at);
    }
    return this.#terminal(name);
  }

  #terminal(name: string): TextRegex {
    let regex = this.#terminals.get(name);
    if (!regex) {
      this.#open.push(name);
      regex = this.#regexOf(this.#definitions.get(name)!.body);
      this.#open.pop();
      this.#terminals.set(name, regex);
    }
    return regex;
  }

  #unknown(name: string, at: number): never {
    return this.#reader.refuse("the name of a rule or a terminal", `${JSON.stringify(name)}, which none has`, at);
  }
}
