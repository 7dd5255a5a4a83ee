/** A grammar for tests: the output is one of some texts, given as EBNF-like `a | b | c`, in tokens of `pieceTokenizer`. */
import {
  besides,
  type CompiledGrammar,
  type GrammarProvider,
  type GrammarSpec,
  type SearchPattern,
  type TextAutomaton,
} from "@tokenmill/core";
import { pieces } from "./sources.ts";

const eosTokenId = pieces.length - 1;

export interface TextChoices extends GrammarProvider {
  /** Grammars that were compiled and not released. */
  openCount: number;
}

/** @param compiling what each specification waits for */
export function textChoices(compiling: () => Promise<void> = async () => undefined): TextChoices {
  const provider: TextChoices = {
    vocabSize: pieces.length,
    eosTokenId,
    openCount: 0,
    maskFiller: {
      moduleUrl: new URL("./textMasks.mjs", import.meta.url).href,
      options: { pieces, eosTokenId },
    },
    async compile(spec: GrammarSpec, { signal } = {}): Promise<CompiledGrammar> {
      await compiling();
      signal?.throwIfAborted();
      if (!("grammar" in spec)) throw new RangeError(`"${Object.keys(spec)[0]}" expected nothing, this follows texts`);
      if (spec.grammar.includes("?")) throw new RangeError(`"grammar" expected texts without "?"`);
      provider.openCount++;
      let isReleased = false;
      return {
        image: Object.assign({ sizeBytes: 100 }, { texts: spec.grammar.split(" | ") }),
        release() {
          if (!isReleased) provider.openCount--;
          isReleased = true;
        },
      };
    },
    async compileSearch(patterns, { signal, param = "patterns" } = {}): Promise<TextAutomaton> {
      await compiling();
      signal?.throwIfAborted();
      const wrong = patterns.findIndex(({ pattern }) => pattern.includes("*"));
      if (wrong >= 0) throw new RangeError(`"${param}[${wrong}]" expected an expression without "*"`);
      return searchAutomaton(patterns);
    },
    open: () => Promise.reject(new Error("no matcher here")),
    close: async () => undefined,
  };
  return provider;
}

/** Patterns of plain and escaped characters, with `$` at most at their end; a state for each of their beginnings. */
export function searchAutomaton(patterns: readonly SearchPattern[]): TextAutomaton {
  const wanted = patterns.map(({ pattern }) => {
    const isAtEnd = /^(?:[^\\]|\\[^])*\$$/.test(pattern) && !pattern.endsWith("\\$");
    const text = pattern.slice(0, isAtEnd ? -1 : undefined).replaceAll(/\\([^])/g, "$1");
    return { bytes: Buffer.from(text).toString("latin1"), isAtEnd };
  });
  const beginnings = new Map([["", 0]]);
  for (const { bytes } of wanted) {
    for (let end = 1; end <= bytes.length; end++) {
      const beginning = bytes.slice(0, end);
      if (!beginnings.has(beginning)) beginnings.set(beginning, beginnings.size);
    }
  }
  const transitions = new Int32Array(beginnings.size * 256).fill(-1);
  const accepts = new Int32Array(beginnings.size).fill(-1);
  const acceptsBefore = new Int32Array(beginnings.size * 3).fill(-1);
  for (const [beginning, state] of beginnings) {
    const before = beginnings.get(beginning.slice(0, -1))!;
    if (state > 0) transitions[before * 256 + beginning.charCodeAt(beginning.length - 1)] = state;
    const find = (atEnd: boolean): number =>
      wanted.findIndex(({ bytes, isAtEnd }) => bytes === beginning && isAtEnd === atEnd);
    accepts[state] = find(false);
    acceptsBefore[state * 3 + besides.nothing] = find(true);
  }
  const classes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  return { classes, transitions, accepts, acceptsBefore, starts: new Int32Array(3) };
}
