/**
 * transformers.js: its own logits processor and sampler, as `generate()` calls them, without the model around them. It
 * exports no sampler, so the modules come from its sources. No top-p: `generate()` accepts it and ignores it. Its random
 * numbers have no seed; one thread.
 */
import { importPeer, versionOf } from "./installed.ts";
import { type OpenPeer, parameters } from "./peer.ts";

interface Tensor {
  readonly data: Float32Array;
}
type Sampler = (logits: Tensor) => Promise<[bigint, number][]>;
interface SamplerModule {
  readonly LogitsSampler: { getSampler(config: object): Sampler };
}
interface TensorModule {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}
interface ProcessModule {
  readonly TemperatureLogitsWarper: new (temperature: number) => (inputIds: bigint[][], logits: Tensor) => Tensor;
}
interface RegistryModule {
  readonly TensorOpRegistry: { session_options: object };
}

const sources = "@huggingface/transformers/src";

export const openTransformersJs: OpenPeer = async (rows) => {
  const { LogitsSampler } = await importPeer<SamplerModule>(`${sources}/generation/logits_sampler.js`);
  const { TemperatureLogitsWarper } = await importPeer<ProcessModule>(`${sources}/generation/logits_process.js`);
  const { Tensor: TensorClass } = await importPeer<TensorModule>(`${sources}/utils/tensor.js`);
  const { TensorOpRegistry } = await importPeer<RegistryModule>(`${sources}/ops/registry.js`);
  TensorOpRegistry.session_options = { intraOpNumThreads: 1, interOpNumThreads: 1 };

  const shape = [1, rows[0]!.length];
  const tensors = rows.map((row) => new TensorClass("float32", row, shape));
  const warper = new TemperatureLogitsWarper(parameters.temperature);
  const config = { do_sample: true, num_beams: 1, num_return_sequences: 1, top_k: 0 };
  const greedy = LogitsSampler.getSampler({ ...config, do_sample: false });
  const multinomial = LogitsSampler.getSampler(config);
  const top40 = LogitsSampler.getSampler({ ...config, top_k: parameters.topK });
  // Its beam sampler gives out what the same top-k kept.
  const kept40 = LogitsSampler.getSampler({ do_sample: false, num_beams: parameters.topK, top_k: parameters.topK });
  // The warper divides in place: it gets a copy, as it gets the model's fresh output in `generate()`.
  const warmed = (i: number): Tensor => warper([], new TensorClass("float32", rows[i]!.slice(), shape));
  const first = async (sampler: Sampler, logits: Tensor): Promise<number> => Number((await sampler(logits))[0]![0]);

  return {
    name: "transformers.js",
    version: versionOf("@huggingface/transformers"),
    settings: [
      { setting: "greedy", rows: 64, sample: (i) => first(greedy, tensors[i]!) },
      {
        setting: "full vocabulary, T 0.8",
        rows: 1,
        sample: (i) => first(multinomial, warmed(i)),
        scored: async (i) => {
          const [[id, logprob]] = (await multinomial(warmed(i))) as [[bigint, number]];
          return { id: Number(id), logprob };
        },
      },
      {
        setting: "top-k 40",
        rows: 64,
        sample: (i) => first(top40, tensors[i]!),
        kept: async (i) => (await kept40(tensors[i]!)).map(([id]) => Number(id)),
      },
    ],
  };
};
