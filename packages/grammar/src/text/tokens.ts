/** Special tokens in grammars: `<[7]>`, `<[7,9-12]>` and `<name>`, as llama.cpp and llguidance write them. */
import type { GrammarReader } from "./reader.ts";
import type { TokenRange } from "./nodes.ts";

/** What grammars may name of a vocabulary. */
export interface TokenNames {
  readonly vocabSize: number;
  readonly eosTokenId: number;
  /** Tokens that no text spells, by what they are called. */
  readonly special: ReadonlyMap<string, number>;
  /** What the vocabulary calls the end of text, if that is not among them. */
  readonly eosName?: string;
}

/** What a name that is not among the special tokens should have been. */
export function expectedName(name: unknown, { eosName }: TokenNames): string {
  const isEnd = name === eosName && name !== undefined;
  return `the name of a special token of the vocabulary${isEnd ? " but for its end of text, which comes by itself where the output may end: leave it out" : ""}`;
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
  const special = `<${name}>`;
  const id = names.special.get(special);
  if (id === undefined) reader.refuse(expectedName(special, names), JSON.stringify(special), start);
  return [[id, id]];
}

function readRanges(reader: GrammarReader, names: TokenNames): readonly TokenRange[] {
  const ranges: TokenRange[] = [];
  do {
    const at = reader.at;
    const first = readId(reader, names);
    const last = reader.skip("-") ? readId(reader, names) : first;
    if (last < first) reader.refuse("a range upwards", JSON.stringify(reader.text.slice(at, reader.at)), at);
    ranges.push([first, last]);
  } while (reader.skip(","));
  return ranges;
}

function readId(reader: GrammarReader, { vocabSize }: TokenNames): number {
  const at = reader.at;
  const digits = reader.match(/[0-9]{1,10}/y);
  const id = Number(digits ?? reader.refuse("a token's id"));
  if (id >= vocabSize) reader.refuse(`a token's id below ${vocabSize}`, String(id), at);
  return id;
}
