/**
 * Sampling parameters as a user gives them. Absent means the profile's default, which is "off" in all but `llama.cpp`.
 * Ranges are checked once by `compileParams`; the semantics of each stage stand in the stage table (`../stages`).
 */
import type { CustomStageName, StageName } from "../stages/stages.ts";
import type { ProfileName } from "./profiles.ts";

export interface SamplingParams {
  /** Order of the stages and their boundary rules. Absent: `tokenmill`. */
  profile?: ProfileName;
  /** The stages in this order instead of the profile's, each at most once; those not listed are off. */
  chain?: readonly (StageName | CustomStageName)[];
  /** Divides the logits; finite, ≥ 0. 0 is greedy. Absent: 1. */
  temperature?: number;
  /** Keep the k largest logits; integer ≥ 0, 0 is off. */
  topK?: number;
  /** Keep the smallest set with probability mass ≥ topP; in (0, 1], 1 is off. */
  topP?: number;
  /** Keep tokens at least as probable as two draws are to be equal. Absent: false. */
  pLess?: boolean;
  /** Keep tokens with probability ≥ minP times the largest; in [0, 1], 0 is off. */
  minP?: number;
  /** Temperature moves that far below and above with the normalised entropy; ≥ 0, 0 is off. */
  dynatempRange?: number;
  /** Exponent of the normalised entropy in dynamic temperature; > 0. Absent: 1. */
  dynatempExponent?: number;
  /** Bends the logits by a quadratic around the largest; ≥ 0, 0 is off. */
  smoothingFactor?: number;
  /** Share of the cubic in smoothing; in [1, 3]. Absent: 1, none. */
  smoothingCurve?: number;
  /** Keep the largest tokens while their entropy is at most that share of the whole; in (0, 1], 1 is off. */
  topH?: number;
  /** Keep logits within that many standard deviations of the largest; ≥ 0, 0 is off. */
  topNSigma?: number;
  /** Keep the logits before the steepest drop for its rank. Absent: false. */
  minK?: boolean;
  /** Min-k keeps at least ⌊minKTau / range of the logits⌋; ≥ 0, finite. Absent: 3. */
  minKTau?: number;
  /** Keep the tokens nearest to the expected surprise until their mass reaches it; in (0, 1], 1 is off. */
  typicalP?: number;
  /** Keep tokens with at least that probability; in [0, 1), 0 is off. */
  epsilonCutoff?: number;
  /** Keep tokens with probability ≥ min(η, √η·e^−entropy); in [0, 1), 0 is off. */
  etaCutoff?: number;
  /** Keep tokens with probability ≥ topA times the square of the largest; in [0, 1], 0 is off. */
  topA?: number;
  /** Cut where the second differences of the sorted probabilities add up to it; in (0, 1], 1 is off. */
  tailFree?: number;
  /** How often XTC acts; in [0, 1], 0 is off. */
  xtcProbability?: number;
  /** XTC drops all but the least likely of the tokens with at least that probability; in (0, 1]. Absent: 0.1. */
  xtcThreshold?: number;
  /** Mirostat holds the mean surprise of the drawn tokens at `mirostatTau`: 1 by a top-k, 2 by a threshold; 0 is off. */
  mirostat?: 0 | 1 | 2;
  /** The surprise that mirostat aims at, in bits; in [0, 100]. Absent: 5. */
  mirostatTau?: number;
  /** How much of its error mirostat corrects with each token; in [0, 1]. Absent: 0.1. */
  mirostatEta?: number;
  /** Adaptive-p prefers tokens of about that probability, on average; in [0, 1], −1 is off. Absent: −1. */
  adaptiveTarget?: number;
  /** How slowly adaptive-p forgets; in [0, 0.99]. Absent: 0.9. */
  adaptiveDecay?: number;
  /** Seen tokens: positive logits are divided by it, others multiplied; > 0, 1 is off. */
  repetitionPenalty?: number;
  /** Subtracted once per earlier occurrence; in [−2, 2], 0 is off. */
  frequencyPenalty?: number;
  /** Subtracted once if the token occurred; in [−2, 2], 0 is off. */
  presencePenalty?: number;
  /** How many of the last tokens the penalties look at; integer ≥ −1, −1 all, 0 none. Absent: −1. */
  penaltyLastN?: number;
  /** DRY: subtracted from tokens that would go on with a repetition, times a power of `dryBase`; ≥ 0, 0 is off. */
  dryMultiplier?: number;
  /** The penalty grows by that factor with each repeated token; in [1, 1000]. Absent: 1.75. */
  dryBase?: number;
  /** Repetitions shorter than that are free; integer ≥ 0. Absent: 2. */
  dryAllowedLength?: number;
  /** How many of the last tokens DRY looks at, prompt included; integer ≥ −1, −1 all, 0 none. Absent: −1. */
  dryPenaltyLastN?: number;
  /** Tokens, or sequences of tokens, that a repetition does not reach across. Absent: none. */
  drySequenceBreakers?: readonly (number | readonly number[])[];
  /** No n-gram of that size occurs twice in prompt and output; integer ≥ 0, 0 is off. */
  noRepeatNgramSize?: number;
  /** Whether penalties see the prompt too. Absent: `repetitionPenalty` sees prompt and output, the others output only. */
  penaltyScope?: "prompt+output" | "output";
  /** Added to the logits of the named tokens; each in [−100, 100] or −Infinity; ≤ −100 bans. */
  logitBias?: Readonly<Record<string, number>> | ReadonlyMap<number, number>;
  /** Only these tokens can be drawn. */
  allowedTokenIds?: readonly number[];
  /** These tokens cannot be drawn. */
  bannedTokenIds?: readonly number[];
  /** A token, or the last one of a sequence of tokens where the others have just been generated, cannot be drawn. */
  badWords?: readonly (number | readonly number[])[];
  /** End of text and stop ids are banned until that many tokens are out; integer ≥ 0, ≤ maxTokens. */
  minTokens?: number;
  /** Token ids that end the sequence. */
  stopTokenIds?: readonly number[];
  /** KGW watermark: added to the logits of green tokens, before temperature; in [0, 100], 0 is off. */
  kgwDelta?: number;
  /** Probability of a token to be green; in (0, 1). Absent: 0.25. */
  kgwGamma?: number;
  /** How many of the last tokens decide which tokens are green; integer in [1, 16]. Absent: 1. */
  kgwContext?: number;
  /** Secret of the watermark: a safe integer ≥ 0. Absent: 0. */
  kgwKey?: number;
  /** SynthID-text watermark: number of tournament layers, 30 in the paper; integer in [0, 128], 0 is off. */
  synthIdDepth?: number;
  /** How many of the last tokens decide the layers' functions; integer in [1, 16]. Absent: 4. */
  synthIdContext?: number;
  /** Secret of the watermark: a safe integer ≥ 0. Absent: 0. */
  synthIdKey?: number;
  /**
   * SynthID-text watermark with the functions of HF transformers, one layer for each of its keys: 1 to 128 safe integers ≥ 0,
   * instead of `synthIdDepth` and `synthIdKey`. `synthIdContext` is its `ngram_len` − 1. Absent or empty: off.
   */
  synthIdKeys?: readonly number[];
  /**
   * Key of the random stream: a safe integer or a bigint in [−2^63, 2^64), a negative one by its 64-bit two's complement;
   * −1 is a random one. Absent: 0 in the kernels; the engine picks and reports one.
   */
  seed?: number | bigint;
  /** Log-probabilities to return: absent none, 0 the chosen token's, N also the N best; at most the pool's `maxLogprobs`. */
  logprobs?: number;
  /** `raw`: of the row as it came; `processed`: of what the draw saw. Absent: `raw`. */
  logprobsMode?: "raw" | "processed";
}
