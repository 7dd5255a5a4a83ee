/** The entry of the bundle that every host runs: one hash over random cases and the recorded rows of other engines. */
import { createSampler, type ProfileName, type RowDtype, type Sampler, type SamplingParams } from "@tokenmill/core";
import { Random } from "./random.ts";
import { randomParams } from "./randomParams.ts";
import { randomRow } from "./randomRow.ts";
import { Record } from "./record.ts";

export interface DigestOptions {
  readonly count: number;
  readonly variant?: "simd" | "scalar";
}

export interface Digest {
  readonly hash: string;
  readonly cases: number;
  /** Of the cases, those that were refused or failed as rows. */
  readonly refused: number;
}

interface Vectors {
  readonly prompt: number[];
  readonly output: number[];
  readonly params: SamplingParams[];
  readonly rows: number[][];
}

/** By profile, from test/conformance/vectors; the bundle has them inside. */
declare const recordedRows: Readonly<globalThis.Record<ProfileName, Vectors>>;

const sizes = [3, 64, 257, 1024];
const largeSize = 20_000;
const dtypes: readonly RowDtype[] = ["f32", "f16", "bf16"];

export async function digest({ count, variant }: DigestOptions): Promise<Digest> {
  const record = new Record();
  const samplers = new Map<string, Sampler>();
  const samplerOf = async (vocabSize: number, dtype: RowDtype): Promise<Sampler> => {
    const key = `${vocabSize} ${dtype}`;
    const made = samplers.get(key) ?? (await createSampler({ vocabSize, dtype, ...(variant && { variant }) }));
    samplers.set(key, made);
    return made;
  };
  let cases = 0;
  let refused = 0;
  const attempt = (work: () => void): void => {
    cases++;
    try {
      work();
    } catch (error) {
      refused++;
      record.text(`${(error as Error).name}: ${(error as Error).message}`);
    }
  };
  for (let i = 0; i < count; i++) {
    const random = new Random(i);
    const size = i % 500 === 499 ? largeSize : random.of(sizes);
    const sampler = await samplerOf(size, random.of(dtypes));
    attempt(() => randomCase(sampler, random, record));
  }
  for (const [profile, { prompt, output, params, rows }] of Object.entries(recordedRows)) {
    const draw = { history: [...prompt, ...output], promptLength: prompt.length, position: output.length, seed: 1 };
    for (const given of params) {
      for (const row of rows) {
        const sampler = await samplerOf(row.length, "f32");
        const complete = { ...given, profile: profile as ProfileName, logprobs: 8 };
        attempt(() => {
          record.distribution(sampler.distribution(row, complete, draw));
          record.result(sampler.sample(row, complete, draw));
        });
      }
    }
  }
  return { hash: await record.hash(), cases, refused };
}

/** Up to three tokens of one sequence, with what its stages remember, and now and then the distribution of the last. */
function randomCase(sampler: Sampler, random: Random, record: Record): void {
  const { vocabSize, dtype } = sampler;
  const plan = sampler.compile(randomParams(random, vocabSize));
  const history = random.list(30, () => random.below(Math.min(vocabSize, 8)));
  const promptLength = random.below(history.length + 1);
  const sequenceId = random.word();
  let state: number[] | undefined;
  for (let step = 0; step <= random.below(3); step++) {
    const row = randomRow(random, vocabSize, dtype);
    const position = history.length - promptLength;
    const draw = { history, promptLength, position, sequenceId, seed: random.word(), ...(state && { state }) };
    if (random.below(8) === 0) record.distribution(sampler.distribution(row, plan, draw));
    const result = sampler.sample(row, plan, draw);
    record.result(result);
    history.push(result.tokenId);
    if (plan.initialState) state = [...result.state];
  }
}
