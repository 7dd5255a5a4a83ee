/**
 * Draws from the rows of an array through the pool, results in row order. Rows are read straight into shared memory; while
 * workers sample some slots, others are filled.
 */
import { createResult, type GrammarImageData, type SampleResult } from "@tokenmill/core";
import type { History, Plan, SamplerPool, TokenMasks } from "@tokenmill/worker-pool";
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
  /** What the outputs are held to; undefined: nothing. */
  readonly image: GrammarImageData | undefined;
}

/** Every draw, by row and then by number. @throws what reading the file throws; a row that cannot be sampled is a result. */
export async function* sampleRows(options: SampleRowsOptions): AsyncGenerator<RowDraw> {
  const { pool, plan, rows, idOf, seed, draws, image } = options;
  const total = rows.rowCount * draws;
  const slots = Array.from({ length: Math.min(pool.slotCount, total) }, () => pool.acquire());
  const views = slots.map((slot) => pool.row(slot));
  const placeOf = new Map(slots.map((slot, place) => [slot, place]));
  /** By place among the slots: the row that stands there, the draw that is under way, its history. */
  const heldRow = new Int32Array(slots.length).fill(-1);
  const drawOf: number[] = [];
  const histories: (History | undefined)[] = [];
  const masksOf: (TokenMasks | undefined)[] = [];
  const free = slots.map((_, place) => place);
  const done = new Map<number, SampleResult>();
  let next = 0;
  let written = 0;

  const submit = async (place: number, index: number): Promise<void> => {
    const row = Math.floor(index / draws);
    if (heldRow[place] !== row) await rows.readRows(row, 1, views[place]!);
    heldRow[place] = row;
    const id = idOf(row);
    const history = openHistory(pool, id);
    drawOf[place] = index;
    histories[place] = history;
    const masks = image && pool.openMasks(image);
    masksOf[place] = masks;
    const position = (id.position ?? row) + (index % draws) * rows.rowCount;
    pool.submit(slots[place]!, { plan, history, seed, sequenceId: id.sequenceId, position, writeRow: false, masks });
  };

  while (written < total) {
    // at most so many results wait for an earlier row that is slower
    const most = written + 4 * slots.length;
    const batch = Math.max(1, slots.length >> 1);
    for (let filled = 0; free.length > 0 && next < total && next < most && filled < batch; filled++) {
      await submit(free.pop()!, next++);
    }
    for (const slot of await pool.completed()) {
      const place = placeOf.get(slot)!;
      const result = createResult(pool.maxLogprobs);
      pool.readResult(slot, result);
      histories[place]!.release();
      const masks = masksOf[place];
      if (masks) pool.closeMasks(masks);
      done.set(drawOf[place]!, result);
      free.push(place);
    }
    for (let result = done.get(written); result; result = done.get(written)) {
      done.delete(written);
      yield { row: Math.floor(written / draws), draw: written % draws, result };
      written++;
    }
  }
}

function openHistory(pool: SamplerPool, { history, promptLength }: RowId): History {
  const opened = pool.openHistory(history.slice(0, promptLength), Math.max(1, history.length));
  if (!opened) throw new Error("the histories under way do not fit the shared memory: use fewer slots");
  for (let i = promptLength; i < history.length; i++) opened.push(history[i]!);
  return opened;
}
