/**
 * µs per row of common settings and their ratio to one plain read of the same rows in the same memory (R), side by side in
 * each round. 64 distinct f32 rows are cycled through (see `rowSets.ts`); one thread.
 */
import { sideBySide } from "@tokenmill/test-benchmarks";
import { overRows, overRowSets } from "./rowSets.ts";
import { settings } from "./settings.ts";

await overRowSets(async (slab, at) => {
  const yardstick = overRows(slab.read);
  const tasks = new Map([["read", yardstick]]);
  for (const { name, params, historyLength } of settings)
    tasks.set(name, overRows(slab.sampler(params, historyLength)));
  const times = await sideBySide(tasks, yardstick);
  return [...times].map(([name, measured]) => ({ bench: "settings", name, at, unit: "µs a row", ...measured }));
});
