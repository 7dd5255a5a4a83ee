import { createPool } from "@tokenmill/worker-pool";
import { expect, it } from "vitest";
import { RowPool } from "./rowPool.ts";

const open = async (): Promise<RowPool> => new RowPool(await createPool({ vocabSize: 8, workers: 0, slots: 1 }));

it("who waits has the slot that was withheld when it is free, and the next one after that", async () => {
  const rows = await open();
  const slot = await rows.acquire();
  let end = (): void => {};
  rows.pool.withhold(slot, new Promise<void>((resolve) => (end = resolve)));
  const waiting = [rows.acquire(), rows.acquire()];
  rows.release(slot);
  end();
  expect(await waiting[0]).toBe(slot);
  rows.release(slot);
  expect(await waiting[1]).toBe(slot);
  await rows.pool.close();
});

it("who waits hears that the pool was closed, and who has a slot gives it back", async () => {
  const rows = await open();
  const slot = await rows.acquire();
  const waiting = [rows.acquire(), rows.acquire()];
  await rows.pool.close();
  rows.release(slot);
  const closed = "the pool is closed";
  for (const each of waiting) await expect(each).rejects.toThrow(closed);
  expect(() => rows.acquire()).toThrow(closed);
  expect(rows.pool.freeSlots).toBe(1);
});
