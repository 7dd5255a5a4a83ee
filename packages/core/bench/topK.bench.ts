/** How the cost of top-k grows with k: µs per row and ratio to the plain read (R), cycled through 64 rows. */
import { sideBySide } from "@tokenmill/test-benchmarks";
import { overRows, overRowSets } from "./rowSets.ts";

await overRowSets(async (slab, set) => {
  const { vocabSize } = set;
  const ks = [1, 10, 40, 100, 1000, 10_000, vocabSize >> 1, vocabSize - 1].filter((k) => k < vocabSize);
  const tasks = new Map(ks.map((topK) => [topK.toString(), overRows(slab.sampler({ topK }))]));
  const times = await sideBySide(tasks, overRows(slab.read));
  return ks.map((topK) => {
    const measured = times.get(topK.toString())!;
    return { bench: "topK", name: "top-k", at: { ...set, topK }, unit: "µs a row", ...measured };
  });
});
