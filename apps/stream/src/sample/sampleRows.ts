/**
 * Draws from the rows of an array through the pool, results in row order. Rows are read straight into shared memory; while
 * workers sample some slots, others are filled.
 */
import { createResult, type GrammarImageData, type SampleResult } from "@tokenmill/core";
import { RowPool } from "@tokenmill/row-service";
import type { History, Plan, SamplerPool } from "@tokenmill/worker-pool";
import type { RowId } from "./rowIds.ts";
import type { SampledRows } from "./sampledRows.ts";

/** One draw. */
export interface RowDraw {
  readonly row: number;
  /** 0-based number among the draws of its row. */
  readonly draw: number;
  readonly result: SampleResult;
}

export interface SampleRowsOptions {
  readonly pool: SamplerPool;
  readonly plan: Plan;
  readonly rows: SampledRows;
  readonly idOf: (row: number) => RowId;
  readonly seed: bigint;
  /** Draws from each row. */
  readonly draws: number;
  /** The grammar of the outputs; undefined: none. */
  readonly image: GrammarImageData | undefined;
}

/** Results that may wait for an earlier row that is slower, for each slot. */
const waitingPerSlot = 4;

/** Every draw, by row and then by number. @throws what reading the file throws; a row that cannot be sampled is a result. */
export async function* sampleRows(options: SampleRowsOptions): AsyncGenerator<RowDraw> {
  const { pool, rows, draws } = options;
  const total = rows.rowCount * draws;
  const most = waitingPerSlot * Math.min(pool.slotCount, total);
  const drawer = new RowDrawer(options);
  const pending: Promise<RowDraw>[] = [];
  try {
    for (let next = 0; next < total || pending.length > 0; ) {
      while (next < total && pending.length < most) pending.push(drawer.draw(next++));
      yield await pending.shift()!;
    }
  } finally {
    drawer.stop();
  }
}

class RowDrawer {
  readonly #options: SampleRowsOptions;
  readonly #rows: RowPool;
  /** By slot: the row in it. */
  readonly #rowIn: Map<number, number> = new Map();
  /** Rows are read one after the other: the last read, in flight or done. */
  #lastRead: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(options: SampleRowsOptions) {
    this.#options = options;
    this.#rows = new RowPool(options.pool);
  }

  draw(index: number): Promise<RowDraw> {
    const { draws } = this.#options;
    const row = Math.floor(index / draws);
    const draw = index % draws;
    const slot = this.#lastRead.then(() => this.#slotWith(row));
    this.#lastRead = slot;
    const drawn = slot.then(async (taken) => ({ row, draw, result: await this.#sample(taken, row, draw) }));
    // It may fail before it is waited for.
    drawn.catch(() => undefined);
    return drawn;
  }

  /** No further row is read. */
  stop(): void {
    this.#isStopped = true;
  }

  async #slotWith(row: number): Promise<number> {
    const slot = await this.#rows.acquire();
    if (this.#isStopped) throw new Error("nobody waits for further draws");
    if (this.#rowIn.get(slot) !== row) await this.#options.rows.readRows(row, 1, this.#rows.pool.row(slot));
    this.#rowIn.set(slot, row);
    return slot;
  }

  async #sample(slot: number, row: number, draw: number): Promise<SampleResult> {
    const { pool, plan, rows, idOf, seed, image } = this.#options;
    const id = idOf(row);
    const history = openHistory(pool, id);
    const masks = image && pool.openMasks(image);
    const position = (id.position ?? row) + draw * rows.rowCount;
    const job = { plan, history, seed, sequenceId: id.sequenceId, position, writeRow: false, masks };
    try {
      return await this.#rows.sample(
        slot,
        job,
        createResult(pool.maxLogprobs, pool.maxLogprobTokenIds, pool.maxSamplingMask),
      );
    } finally {
      history.release();
      if (masks) pool.closeMasks(masks);
      this.#rows.release(slot);
    }
  }
}

function openHistory(pool: SamplerPool, { history, promptLength }: RowId): History {
  const opened = pool.openHistory(history.slice(0, promptLength), Math.max(1, history.length));
  if (!opened) throw new Error("the histories in flight do not fit the shared memory: use fewer slots");
  for (let i = promptLength; i < history.length; i++) opened.push(history[i]!);
  return opened;
}
