/**
 * Sampling parameters as a user gives them: those of all samplers, each documented in its file, and those that belong to none.
 * Absent means the profile's default, which is "off" in most. Ranges are checked once by `compileParams`.
 */
import type { ProfileName } from "../profiles/index.ts";
import type { SamplerName, SamplersParams } from "../samplers/table.ts";

/** A stage of the user's own, by the name that it was given under to `createSampler` or a pool. */
export type CustomStageName = `custom:${string}`;

export interface SamplingParams extends SamplersParams {
  /** Order of the stages and their boundary rules. Absent: `tokenmill`. */
  profile?: ProfileName;
  /** The stages in this order instead of the profile's, each at most once; those not listed are off. */
  chain?: readonly (SamplerName | CustomStageName)[];
  /**
   * Key of the random stream: a safe integer or a bigint in [−2^63, 2^64), a negative one by its 64-bit two's complement;
   * −1 is a random one. Absent: 0 in the kernels; the engine picks and reports one.
   */
  seed?: number | bigint;
  /** Log-probabilities to return: absent none, 0 the chosen token's, N also the N best; at most the pool's `maxLogprobs`. */
  logprobs?: number;
  /**
   * Tokens whose log-probabilities are returned beside the chosen one's, in this order: distinct ids, at most 4,096 and the
   * pool's `maxLogprobTokenIds`. `logprobs` is 0 unless given.
   */
  logprobTokenIds?: readonly number[];
  /**
   * Return which tokens the chosen one was drawn from, after everything in the chain, and its log-probability among them: the
   * same of a sequence's replay. More than the pool's `maxSamplingMask` fail the row, unless they are all of it. Absent: false.
   */
  samplingMask?: boolean;
  /** `raw`: of the row as it came; `processed`: of what the draw saw. Absent: `raw`. */
  logprobsMode?: "raw" | "processed";
}

/** `custom:` and a name. */
export const isCustomName = (name: string): name is CustomStageName => /^custom:./.test(name);
