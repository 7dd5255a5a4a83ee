/** Parameters that name tokens: lists of ids, lists of sequences of ids, biases by id. */
import { biasEntries, type LogitBias } from "./biasEntries.ts";
import type { ParameterFacts, ParameterSpec } from "./parameter.ts";
import { isInRange, numberRange, rangeText } from "./range.ts";
import type { SequenceBiases, TokenSequences } from "./tokenSequences.ts";

const isId = (id: unknown, vocabSize: number): boolean =>
  typeof id === "number" && Number.isInteger(id) && id >= 0 && id < vocabSize;

const isSequence = (ids: unknown, vocabSize: number): boolean =>
  Array.isArray(ids) && ids.length > 0 && Array.from(ids).every((id) => isId(id, vocabSize));

/** A list of token ids, of `leastItems` at least. */
export function tokenIds(leastItems: 0 | 1, facts?: ParameterFacts<readonly number[]>): ParameterSpec {
  return {
    ...facts,
    kind: "tokenIds",
    expected: `${leastItems === 0 ? "array" : "non-empty array"} of token ids inside the vocabulary`,
    leastItems,
    hasType: Array.isArray,
    faultOf: (value, vocabSize) => {
      if (!Array.isArray(value) || value.length < leastItems) return { value };
      return faultOfItem(value, (id) => isId(id, vocabSize), idRange(vocabSize));
    },
  };
}

/** At most so many token ids, none twice. */
export function distinctTokenIds(mostItems: number): ParameterSpec {
  const spec = tokenIds(0);
  return {
    ...spec,
    expected: `array of at most ${mostItems} distinct token ids inside the vocabulary`,
    mostItems,
    faultOf: (value, vocabSize) => {
      const fault = spec.faultOf(value, vocabSize);
      if (fault || !Array.isArray(value)) return fault;
      if (value.length > mostItems) return { value };
      const seen = new Set<unknown>();
      return faultOfItem(value, (id) => seen.size < seen.add(id).size, "token id that comes once");
    },
  };
}

/** Ids, or non-empty lists of ids. */
export function tokenSequences(facts?: ParameterFacts<TokenSequences>): ParameterSpec {
  return {
    ...facts,
    kind: "tokenSequences",
    expected: "array of token ids inside the vocabulary or non-empty arrays of them",
    hasType: Array.isArray,
    faultOf: (value, vocabSize) => {
      if (!Array.isArray(value)) return { value };
      const isGood = (item: unknown): boolean => isSequence(item, vocabSize) || isId(item, vocabSize);
      return faultOfItem(value, isGood, `${idRange(vocabSize)}, or non-empty array of them`);
    },
  };
}

const idRange = (vocabSize: number): string => `token id in [0, ${vocabSize - 1}]`;

function faultOfItem(items: readonly unknown[], isGood: (item: unknown) => boolean, expected: string) {
  const index = items.findIndex((item) => !isGood(item));
  return index < 0 ? undefined : { at: `[${index}]`, expected, value: items[index] };
}

const biasRange = numberRange(-100, 100);
const biasWords = `${rangeText(biasRange)}, where -100 bans`;

/** −Infinity is −100 by another name, of programs: JSON has no such number. */
const isBias = (bias: unknown): boolean =>
  typeof bias === "number" && (bias === -Infinity || isInRange(biasRange, bias));

const isLogitBias = (value: unknown): value is LogitBias =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Biases by token id. */
export function bias(facts?: ParameterFacts<LogitBias>): ParameterSpec {
  return {
    ...facts,
    kind: "bias",
    range: biasRange,
    expected: "map of token ids inside the vocabulary to biases in [-100, 100], where -100 bans",
    hasType: isLogitBias,
    faultOf: (value, vocabSize) => {
      if (!isLogitBias(value)) return { value };
      const entries = biasEntries(value);
      const index = entries.findIndex(([id, b]) => !isId(id, vocabSize) || !isBias(b));
      if (index < 0) return undefined;
      const [id, b] = entries[index]!;
      if (isId(id, vocabSize)) return { at: `[${id}]`, expected: biasWords, value: b };
      const keys: unknown[] = value instanceof Map ? [...value.keys()] : Object.keys(value);
      return { expected: `keys that are token ids in [0, ${vocabSize - 1}]`, value: keys[index] };
    },
  };
}

/** Non-empty lists of ids, each with a bias; at most 1024. */
export function sequenceBiases(facts?: ParameterFacts<SequenceBiases>): ParameterSpec {
  return {
    ...facts,
    kind: "sequenceBiases",
    range: biasRange,
    mostItems: 1024,
    expected: `array of at most 1024 [ids, bias], of ids inside the vocabulary, one at least, and a ${biasWords}`,
    hasType: Array.isArray,
    faultOf: (value, vocabSize) => {
      if (!Array.isArray(value) || value.length > 1024) return { value };
      const isGood = (item: unknown): boolean =>
        Array.isArray(item) &&
        item.length === 2 &&
        isSequence(item[0], vocabSize) &&
        typeof item[1] === "number" &&
        isInRange(biasRange, item[1]);
      return faultOfItem(value, isGood, `[non-empty array of ${idRange(vocabSize)}, ${biasWords}]`);
    },
  };
}
