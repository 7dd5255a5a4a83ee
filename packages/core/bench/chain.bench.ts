/**
 * µs per row of common settings and their ratio to one plain read of the same rows in the same memory (R), side by side in
 * each round; on rows of models rarer settings too. 64 distinct rows are cycled through (see `rowSets.ts`); one thread.
 */
import { sideBySide } from "@tokenmill/test-benchmarks";
import { isRecorded, overRows, overRowSets } from "./rowSets.ts";
import { rareSettings, settings } from "./settings.ts";

/** What the series are called. */
const bench = process.env["BENCH_NAME"] ?? "settings";

await overRowSets(async (slab, at) => {
  const yardstick = overRows(slab.read);
  const tasks = new Map([["read", yardstick]]);
  for (const { name, params, historyLength } of isRecorded(at) ? [...settings, ...rareSettings] : settings)
    tasks.set(name, overRows(slab.sampler(params, historyLength)));
  const times = await sideBySide(tasks, yardstick);
  return [...times].map(([name, measured]) => ({ bench, name, at, unit: "µs a row", ...measured }));
});
