/**
 * A slow recogniser of grammars over lexemes, by their definition alone: all ways of reading a text at once, byte by byte.
 * It follows distinct texts as well, and says how far a text can be read.
 */
import type { Expr } from "../regex/expressions.ts";
import { edgesOf, type GrammarRules } from "../rules/grammarRules.ts";

interface Thread {
  /** Rules that are being read, the innermost first. */
  readonly frame: Frame;
  /** The lexeme's rest while one is read. */
  readonly rest?: {
    readonly expr: Expr;
    readonly target: number;
    readonly counts: number;
    /** What is seen after it, its own text aside. */
    readonly seen: readonly string[];
    readonly distinctFrom: number | undefined;
  };
}

interface Frame {
  readonly rule: number;
  readonly state: number;
  readonly count: number;
  readonly seen: readonly string[];
  readonly outer: Frame | undefined;
  readonly id: number;
}

/** Whether the bytes are a text of the grammar. Lexemes that read nothing and left recursion are followed as well. */
export class ThreadRecogniser {
  readonly #grammar: GrammarRules;
  readonly #frames = new Map<string, Frame>();

  constructor(grammar: GrammarRules) {
    this.#grammar = grammar;
  }

  accepts(text: string | Uint8Array): boolean {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    let threads = this.#closure([{ frame: this.#frame(this.#grammar.start, 0, 0, [], undefined) }], bytes, 0);
    for (let at = 0; at < bytes.length && threads.length > 0; at++) threads = this.#step(threads, bytes, at);
    return threads.some(({ frame, rest }) => !rest && !frame.outer && this.#isAccepting(frame));
  }

  /** The longest beginning of the text that some text of the grammar may have, as far as bytes tell. */
  reach(text: string): number {
    const bytes = new TextEncoder().encode(text);
    let threads = this.#closure([{ frame: this.#frame(this.#grammar.start, 0, 0, [], undefined) }], bytes, 0);
    for (let at = 0; at < bytes.length; at++) {
      threads = this.#step(threads, bytes, at);
      if (threads.length === 0) return at;
    }
    return bytes.length;
  }

  #step(threads: readonly Thread[], bytes: Uint8Array, at: number): Thread[] {
    const { expressions } = this.#grammar;
    const next: Thread[] = [];
    for (const { frame, rest } of threads) {
      if (!rest) continue;
      const expr = expressions.derive(rest.expr, bytes[at]!);
      if (expr !== expressions.none) next.push({ frame, rest: { ...rest, expr } });
    }
    return this.#closure(next, bytes, at + 1);
  }

  #closure(threads: readonly Thread[], bytes: Uint8Array, at: number): Thread[] {
    const { rules, lexemes, expressions } = this.#grammar;
    const known = new Map<string, Thread>();
    const pending: Thread[] = [];
    const add = (thread: Thread): void => {
      const { rest } = thread;
      const key = `${thread.frame.id} ${rest ? `${rest.expr} ${rest.target} ${rest.counts} ${rest.distinctFrom} ${rest.seen.join(";")}` : ""}`;
      if (known.has(key)) return;
      known.set(key, thread);
      pending.push(thread);
    };
    threads.forEach(add);
    for (let thread = pending.pop(); thread; thread = pending.pop()) {
      const { frame, rest } = thread;
      if (rest) {
        if (!expressions.isNullable(rest.expr)) continue;
        let { seen } = rest;
        if (rest.distinctFrom !== undefined) {
          const read = valueOf(bytes.subarray(rest.distinctFrom, at));
          if (seen.includes(read)) continue;
          seen = [...seen, read].sort();
        }
        add({ frame: this.#frame(frame.rule, rest.target, frame.count + rest.counts, seen, frame.outer) });
        continue;
      }
      if (frame.outer && this.#isAccepting(frame)) add({ frame: frame.outer });
      for (const edge of edgesOf(rules[frame.rule]!.states, frame.state)) {
        const { symbol, target, ifCount, counts, once, isDistinct } = edge;
        if (ifCount && (frame.count < ifCount.min || frame.count > ifCount.max)) continue;
        if (once !== undefined && frame.seen.includes(`once ${once}`)) continue;
        const taken = once === undefined ? frame.seen : [...frame.seen, `once ${once}`].sort();
        if ("lexeme" in symbol) {
          const expr = lexemes[symbol.lexeme]!.expression;
          add({
            frame,
            rest: {
              expr,
              target,
              counts: Number(counts ?? false),
              seen: taken,
              distinctFrom: isDistinct ? at : undefined,
            },
          });
        } else {
          const outer = this.#frame(frame.rule, target, frame.count + Number(counts ?? false), taken, frame.outer);
          add({ frame: this.#frame(symbol.rule, 0, 0, [], outer) });
        }
      }
    }
    return [...known.values()];
  }

  #frame(rule: number, state: number, count: number, seen: readonly string[], outer: Frame | undefined): Frame {
    const key = `${rule} ${state} ${count} ${outer?.id} ${seen.join(";")}`;
    let frame = this.#frames.get(key);
    if (!frame) this.#frames.set(key, (frame = { rule, state, count, seen, outer, id: this.#frames.size }));
    return frame;
  }

  #isAccepting({ rule, state, count }: Frame): boolean {
    const { isAccepting, acceptingCount } = this.#grammar.rules[rule]!.states[state]!;
    return isAccepting && (!acceptingCount || (acceptingCount.min <= count && count <= acceptingCount.max));
  }
}

/** Equal texts for equal values. */
function valueOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  const ofValue = (value: unknown): string => {
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(ofValue).join()}]`;
    return `{${Object.entries(value)
      .map((property) => property.map(ofValue).join(":"))
      .sort()
      .join()}}`;
  };
  try {
    return ofValue(JSON.parse(text));
  } catch {
    return text;
  }
}
