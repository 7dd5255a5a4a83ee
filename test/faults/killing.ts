/** Kills workers at random times while something runs. */
import type { SamplerPool } from "@tokenmill/worker-pool";

/** Enough to meet every state of a row; a start takes far longer than the rows in between. */
const mostKills = 20;

/** Gives what `work` gives; at least one worker has died by then. */
export async function whileKilling<T>(pool: SamplerPool, work: Promise<T>): Promise<T> {
  let random = pool.workers;
  let rowsAtKill = -1;
  let isOver = false;
  const killing = (async () => {
    for (let kills = 0; !isOver && kills < mostKills; ) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      await new Promise((resolve) => setTimeout(resolve, (random >>> 8) % 7));
      const { rowsSampled } = pool.stats();
      // The row that lost its worker must get done first: one that loses three is given up.
      if (rowsSampled <= rowsAtKill + 2 * pool.slotCount) continue;
      rowsAtKill = rowsSampled;
      kills++;
      await pool.killWorker((random >>> 16) % pool.workers);
    }
  })();
  try {
    return await work;
  } finally {
    isOver = true;
    await killing;
    while (pool.stats().workerDeaths === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
