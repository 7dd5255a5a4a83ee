/**
 * Finds what the model knows about a history: the begin-of-text marker (the end of text id) and then its tokens, of
 * which the last three count, and none before the last marker.
 */
import { findId } from "./search.ts";
import type { ModelTables } from "./tableLayout.ts";

/** The continuations of one context: entries `from` … `to` of its level, none if equal, and ln of its backoff weight. */
interface LevelMatch {
  from: number;
  to: number;
  backoff: number;
}

/** One match per order of context: one token, two, three. */
export type ContextMatch = readonly [LevelMatch, LevelMatch, LevelMatch];

export function emptyMatch(): ContextMatch {
  return [
    { from: 0, to: 0, backoff: 0 },
    { from: 0, to: 0, backoff: 0 },
    { from: 0, to: 0, backoff: 0 },
  ];
}

/** The ids `ids[first … first + length)`: a whole history of at most three tokens, or its last three. */
export interface HistoryEnd {
  readonly ids: Int32Array;
  first: number;
  length: number;
}

/** How many of a history's last tokens decide. */
export const contextTokens = 3;

/**
 * Fills `match` for the end of a history. An id outside the vocabulary is a token that the model has never seen.
 */
export function matchContext(
  { vocabSize, bigrams, trigrams, fourgrams }: ModelTables,
  eosTokenId: number,
  { ids, first, length }: HistoryEnd,
  match: ContextMatch,
): void {
  for (const level of match) level.from = level.to = level.backoff = 0;

  const last = length > 0 ? ids[first + length - 1]! : eosTokenId;
  if (last < 0 || last >= vocabSize) return;
  fill(match[0], bigrams.start, bigrams.backoff, last);
  if (last === eosTokenId) return;

  const second = length > 1 ? ids[first + length - 2]! : eosTokenId;
  if (second < 0 || second >= vocabSize) return;
  const pair = findId(bigrams.ids, last, bigrams.start[second]!, bigrams.start[second + 1]!);
  if (pair < 0) return;
  fill(match[1], trigrams.start, trigrams.backoff, pair);
  if (second === eosTokenId) return;

  const third = length > 2 ? ids[first + length - 3]! : eosTokenId;
  if (third < 0 || third >= vocabSize) return;
  const head = findId(bigrams.ids, second, bigrams.start[third]!, bigrams.start[third + 1]!);
  if (head < 0) return;
  const triple = findId(trigrams.ids, last, trigrams.start[head]!, trigrams.start[head + 1]!);
  if (triple >= 0) fill(match[2], fourgrams.start, fourgrams.backoff, triple);
}

function fill(level: LevelMatch, start: Int32Array, backoff: Float32Array, context: number): void {
  level.from = start[context]!;
  level.to = start[context + 1]!;
  level.backoff = backoff[context]!;
}
