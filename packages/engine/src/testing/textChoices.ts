/** A grammar for tests: the output is one of some texts, given as EBNF-like `a | b | c`, in tokens of `pieceTokenizer`. */
import type { GrammarMatcher, GrammarProvider, GrammarSpec } from "@tokenmill/core";
import { pieces } from "./sources.ts";

const eosTokenId = pieces.length - 1;

export interface TextChoices extends GrammarProvider {
  /** Matchers that were opened and not released. */
  openCount: number;
}

export function textChoices(): TextChoices {
  const provider: TextChoices = {
    vocabSize: pieces.length,
    eosTokenId,
    openCount: 0,
    open(spec: GrammarSpec) {
      if (!("grammar" in spec)) throw new RangeError(`"${Object.keys(spec)[0]}" expected nothing, this follows texts`);
      if (spec.grammar.includes("?")) throw new RangeError(`"grammar" expected texts without "?"`);
      provider.openCount++;
      return matcherOf(spec.grammar.split(" | "), () => provider.openCount--);
    },
  };
  return provider;
}

function matcherOf(texts: readonly string[], onRelease: () => void): GrammarMatcher {
  let text = "";
  let hasEnded = false;
  let isReleased = false;
  const allows = (tokenId: number): boolean => {
    if (hasEnded) return false;
    if (tokenId === eosTokenId) return texts.includes(text);
    const piece = pieces[tokenId];
    return typeof piece === "string" && piece !== "" && texts.some((each) => each.startsWith(text + piece));
  };
  return {
    get hasEnded() {
      return hasEnded;
    },
    accept(tokenId) {
      if (!allows(tokenId)) return false;
      if (tokenId === eosTokenId) hasEnded = true;
      else text += pieces[tokenId] as string;
      return true;
    },
    fillMask(words) {
      words.fill(0);
      for (let id = 0; id < pieces.length; id++) if (allows(id)) words[id >> 5]! |= 1 << (id & 31);
    },
    release() {
      if (!isReleased) onRelease();
      isReleased = true;
    },
  };
}
