/** Special tokens in grammars: `<[7]>`, `<[7,9-12]>`, `<[^7]>`, `<[*]>` and `<name>`, as llama.cpp and llguidance write them. */
import type { GrammarReader } from "./reader.ts";
import type { TokenRange } from "./nodes.ts";

/** What grammars may name of a vocabulary. */
export interface TokenNames {
  readonly vocabSize: number;
  readonly eosTokenId: number;
  /** Tokens that no text spells, by what they are called. */
  readonly special: ReadonlyMap<string, number>;
}

/** Ids of the tokens that are meant; the reader stands before `<`. */
export function readTokens(reader: GrammarReader, names: TokenNames): readonly TokenRange[] {
  const start = reader.at;
  reader.expect("<");
  if (reader.skip("[")) {
    const ranges = readRanges(reader, names);
    reader.expect("]");
    reader.expect(">");
    return ranges;
  }
  const name = reader.match(/[^<>\s][^<>\r\n]*/y);
  if (name === undefined) reader.refuse("a token's name");
  reader.expect(">");
  const id = names.special.get(`<${name}>`);
  if (id === undefined) reader.refuse("the name of a special token of the vocabulary", JSON.stringify(`<${name}>`), start);
  return [[id, id]];
}

function readRanges(reader: GrammarReader, names: TokenNames): readonly TokenRange[] {
  if (reader.skip("*")) return tokensExcept([], names);
  const isNegated = reader.skip("^");
  const ranges: TokenRange[] = [];
  do {
    const at = reader.at;
    const first = readId(reader, names);
    const last = reader.skip("-") ? readId(reader, names) : first;
    if (last < first) reader.refuse("a range upwards", JSON.stringify(reader.text.slice(at, reader.at)), at);
    ranges.push([first, last]);
  } while (reader.skip(","));
  return isNegated ? tokensExcept(ranges, names) : ranges;
}

function readId(reader: GrammarReader, { vocabSize }: TokenNames): number {
  const at = reader.at;
  const digits = reader.match(/[0-9]{1,10}/y);
  const id = Number(digits ?? reader.refuse("a token's id"));
  if (id >= vocabSize) reader.refuse(`a token's id below ${vocabSize}`, String(id), at);
  return id;
}

/** All tokens but these and the end of text. */
export function tokensExcept(ranges: readonly TokenRange[], { vocabSize, eosTokenId }: TokenNames): TokenRange[] {
  const gaps: TokenRange[] = [];
  let from = 0;
  const all: readonly TokenRange[] = [...ranges, [eosTokenId, eosTokenId]];
  for (const [first, last] of all.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) gaps.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from < vocabSize) gaps.push([from, vocabSize - 1]);
  return gaps;
}
