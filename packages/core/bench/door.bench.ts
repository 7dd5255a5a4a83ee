/**
 * What `createSampler` costs beyond its kernel: µs a row beside the bare kernel call and the bare copy, side by side in each
 * round, greedy (`BENCH_ROWS`, `BENCH_VOCAB` as in `rowSets.ts`). The sampler's rows are copied into its memory one by one;
 * "in place" draws from the row that stands there.
 */
import { createSampler, type SamplingParams } from "@tokenmill/core";
import { sideBySide, type Task } from "@tokenmill/test-benchmarks";
import { overRows, overRowSets } from "./rowSets.ts";

const params: SamplingParams = { temperature: 0, topK: 40, topP: 0.95, minP: 0.05 };
const llama: SamplingParams = { profile: "llama.cpp", temperature: 0 };

await overRowSets(async (slab, at) => {
  const { vocabSize } = at;
  const sampler = await createSampler({ vocabSize });
  const plan = sampler.compile(params);
  let sequence = sampler.openSequence(plan);
  const next = (): number => {
    // before it reaches the sampler's maxHistory
    if (sequence.position === 60_000) sequence = sampler.openSequence(plan);
    return sequence.next(undefined).tokenId;
  };
  const rows = slab.rows.map((row) => row.slice());
  const history = Int32Array.from({ length: 512 }, (_, i) => Math.imul(i, 7919) % vocabSize);
  const copy = (i: number): number => {
    sampler.row.set(rows[i]!);
    return 1;
  };
  sampler.row.set(rows[0]!);
  const kernel = slab.sampler(params);
  const tasks = new Map<string, Task>([
    ["kernel alone, one row", overRows(() => kernel(0))],
    ["plan, in place", overRows((position) => sampler.sample(undefined, plan, { position }).tokenId)],
    ["plan, history of 512", overRows((position) => sampler.sample(undefined, plan, { position, history }).tokenId)],
    ["sequence, in place", overRows(next)],
    ["params, in place", overRows((position) => sampler.sample(undefined, params, { position }).tokenId)],
    ["equal params, in place", overRows((position) => sampler.sample(undefined, { ...params }, { position }).tokenId)],
    ["llama.cpp, in place", overRows((position) => sampler.sample(undefined, llama, { position }).tokenId)],
    ["copy alone", overRows(copy)],
    ["kernel alone, rows in turns", overRows(kernel)],
    ["plan, rows in turns", overRows((i) => sampler.sample(rows[i], plan, { position: i }).tokenId)],
  ]);
  const times = await sideBySide(tasks, overRows(slab.read));
  return [...times].map(([name, measured]) => ({ bench: "door", name, at, unit: "µs a row", ...measured }));
});
