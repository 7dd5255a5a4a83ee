/** One sequence's draws, row by row: for decoding loops outside the engine. */
import { checkInteger, checkOptions, checkTokenIds, checkUint64, refuse } from "@tokenmill/check";
import type { SparseRow } from "@tokenmill/contracts";
import { type CompiledPlan, checkState } from "../chain/plan.ts";
import { checkSeed, drawSeed } from "../random/seed.ts";
import { type CompleteDraw, checkTokenMask } from "./checkDraw.ts";
import type { SampleResult } from "../records/sampleResult.ts";
import { TokenHistory } from "./tokenHistory.ts";

/** Which sequence it is, and where it stands. */
export interface SequenceOptions {
  /** Overrides the params' seed; as there, −1 is a random one. Absent there too: 0. */
  seed?: number | bigint;
  /** Its random stream: sequences with one seed and different ids draw independently. Absent: 0. */
  sequenceId?: number | bigint;
  /** Absent: none. */
  promptTokenIds?: ArrayLike<number>;
  /** Tokens of an earlier life, which the next one follows. Absent: none. */
  outputTokenIds?: ArrayLike<number>;
  /** What the params' stages remember of these, as `SequenceSampler.state` had it. Absent: what they begin with. */
  state?: ArrayLike<number>;
}

/** Keeps history, position and state of one sequence. What it draws is what the engine draws for the same request and rows. */
export interface SequenceSampler {
  readonly plan: CompiledPlan;
  /** 64 bits; with it the draws can be repeated. */
  readonly seed: bigint;
  readonly promptLength: number;
  /** Output tokens so far: the index of the next one. */
  readonly position: number;
  /** A copy: prompt, then output. */
  readonly tokenIds: Int32Array;
  /** A copy, to go on from elsewhere; undefined where no stage remembers anything. */
  readonly state: readonly number[] | undefined;
  /**
   * Draws the next token and appends it; O(1) in the history, which is copied whole only when another sequence used the
   * sampler meanwhile. Where it throws the sequence stays as it was.
   * @param logits as for `Sampler.sample`: undefined for what stands in the sampler's `row`
   * @param tokenMask as `Draw.tokenMask`
   * @throws as `Sampler.sample`, and RangeError when the history is full
   */
  next(logits: ArrayLike<number> | SparseRow | undefined, tokenMask?: Int32Array | Uint32Array): SampleResult;
  /** Appends a token that was not drawn here, as the next of the output; what stages remember stays. @throws TypeError, RangeError */
  append(tokenId: number): void;
}

const known: readonly (keyof SequenceOptions)[] = ["seed", "sequenceId", "promptTokenIds", "outputTokenIds", "state"];

export interface SequenceLimits {
  readonly vocabSize: number;
  readonly maxHistory: number;
}

/** Does one draw. @throws SampleError */
type DrawRow = (
  logits: ArrayLike<number> | SparseRow | undefined,
  plan: CompiledPlan,
  draw: CompleteDraw,
) => SampleResult;

export class SequenceDraws implements SequenceSampler {
  readonly plan: CompiledPlan;
  readonly seed: bigint;
  readonly promptLength: number;
  readonly #sequenceId: number | bigint;
  readonly #limits: SequenceLimits;
  readonly #history: TokenHistory = new TokenHistory();
  readonly #state: Float64Array | undefined;
  readonly #drawRow: DrawRow;

  /** @throws TypeError, RangeError naming the option */
  constructor(plan: CompiledPlan, options: SequenceOptions, limits: SequenceLimits, drawRow: DrawRow) {
    checkOptions("options", options, known, "sequence option");
    const { seed, sequenceId = 0, promptTokenIds = [], outputTokenIds = [], state } = options;
    checkSeed("seed", seed);
    checkTokenIds("promptTokenIds", promptTokenIds, limits.vocabSize);
    checkTokenIds("outputTokenIds", outputTokenIds, limits.vocabSize);
    if (state !== undefined) checkState("state", state, plan);
    this.plan = plan;
    this.seed = drawSeed(seed ?? plan.params.seed);
    this.promptLength = promptTokenIds.length;
    this.#sequenceId = checkUint64("sequenceId", sequenceId);
    this.#limits = limits;
    this.#history.append(promptTokenIds);
    this.#history.append(outputTokenIds);
    if (this.#history.length > limits.maxHistory) this.#refuseLength("promptTokenIds", this.#history.length);
    this.#state = plan.initialState && Float64Array.from(state ?? plan.initialState);
    this.#drawRow = drawRow;
  }

  get position(): number {
    return this.#history.length - this.promptLength;
  }

  get tokenIds(): Int32Array {
    return this.#history.since(0).slice();
  }

  get state(): readonly number[] | undefined {
    return this.#state && Array.from(this.#state);
  }

  next(logits: ArrayLike<number> | SparseRow | undefined, tokenMask?: Int32Array | Uint32Array): SampleResult {
    if (tokenMask !== undefined) checkTokenMask(tokenMask, this.#limits.vocabSize);
    this.#checkCapacity();
    const result = this.#drawRow(logits, this.plan, {
      position: this.position,
      sequenceId: this.#sequenceId,
      seed: this.seed,
      history: this.#history,
      promptLength: this.promptLength,
      state: this.#state,
      tokenMask,
    });
    this.#history.push(result.tokenId);
    this.#state?.set(result.state);
    return result;
  }

  append(tokenId: number): void {
    checkInteger("tokenId", tokenId, { min: 0, max: this.#limits.vocabSize - 1 });
    this.#checkCapacity();
    this.#history.push(tokenId);
  }

  #checkCapacity(): void {
    const { length } = this.#history;
    if (length >= this.#limits.maxHistory) this.#refuseLength("history", length + 1);
  }

  #refuseLength(name: string, length: number): never {
    refuse(name, `at most ${this.#limits.maxHistory} ids (the sampler's maxHistory)`, length, false);
  }
}
