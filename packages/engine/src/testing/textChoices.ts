/** A grammar for tests: the output is one of some texts, given as EBNF-like `a | b | c`, in tokens of `pieceTokenizer`. */
import type { CompiledGrammar, GrammarProvider, GrammarSpec } from "@tokenmill/core";
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
    open: () => Promise.reject(new Error("no matcher here")),
    close: async () => undefined,
  };
  return provider;
}
