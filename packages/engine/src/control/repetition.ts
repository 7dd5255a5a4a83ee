/** Whether an output goes round in a loop: its last tokens are the same block, several times in a row. */
import type { RepetitionDetection } from "@tokenmill/core";
import { checkInteger, checkOptions } from "@tokenmill/check";

export type RepetitionRule = Required<RepetitionDetection>;

const fields: readonly (keyof RepetitionDetection)[] = ["maxPatternSize", "minPatternSize", "minCount"];
/** Each takes a step for each token. */
const mostSizes = 1024;

/** Undefined: no end by repetition. @throws TypeError, RangeError */
export function repetitionRule(given: RepetitionDetection | undefined): RepetitionRule | undefined {
  if (given === undefined) return undefined;
  const name = "repetitionDetection";
  const { maxPatternSize, minPatternSize = 1, minCount } = checkOptions(name, given, fields, `${name} field`);
  checkInteger(`${name}.maxPatternSize`, maxPatternSize, { min: 0, max: mostSizes });
  if (maxPatternSize === 0) return undefined;
  checkInteger(`${name}.minPatternSize`, minPatternSize, { min: 1, max: maxPatternSize });
  checkInteger(`${name}.minCount`, minCount, { min: 2, max: 2 ** 24 });
  return { maxPatternSize, minPatternSize, minCount };
}

/** One output, token by token; a function of its ids alone. */
export class Repetition {
  readonly rule: RepetitionRule;
  /** The last `maxPatternSize` ids, and where the oldest of them is. */
  readonly #recent: Int32Array;
  #oldest = 0;
  /** By size: how many of the last tokens are each the same as the one so many before. */
  readonly #runs: Int32Array;

  constructor(rule: RepetitionRule, tokenIds: readonly number[] = []) {
    this.rule = rule;
    this.#recent = new Int32Array(rule.maxPatternSize).fill(-1);
    this.#runs = new Int32Array(rule.maxPatternSize + 1);
    for (const tokenId of tokenIds) this.push(tokenId);
  }

  /** Whether the output ends in a loop with this token. */
  push(tokenId: number): boolean {
    const { maxPatternSize: most, minPatternSize: least, minCount } = this.rule;
    const [recent, runs] = [this.#recent, this.#runs];
    let isLoop = false;
    for (let size = 1, at = this.#oldest; size <= most; size++) {
      at = at === 0 ? most - 1 : at - 1;
      const run = recent[at] === tokenId ? runs[size]! + 1 : 0;
      runs[size] = run;
      if (size >= least && run >= size * (minCount - 1)) isLoop ||= !this.#isOfSmaller(size);
    }
    recent[this.#oldest] = tokenId;
    this.#oldest = this.#oldest === most - 1 ? 0 : this.#oldest + 1;
    return isLoop;
  }

  /** Whether the block is itself a smaller one several times, one that is too small: a row of dashes is no block of four. */
  #isOfSmaller(size: number): boolean {
    const { minPatternSize, minCount } = this.rule;
    for (let smaller = 1; smaller < minPatternSize; smaller++) {
      if (size % smaller === 0 && this.#runs[smaller]! >= size * minCount - smaller) return true;
    }
    return false;
  }
}
