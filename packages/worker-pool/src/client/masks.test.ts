import type { GrammarImageData } from "@tokenmill/core";
import { createResult } from "@tokenmill/core";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import { afterEach, describe, expect, it } from "vitest";

const maskFiller = { moduleUrl: new URL("../testing/fillMasks.mjs", import.meta.url).href, options: {} };
const imageOf = (first: number, rest: object = {}): GrammarImageData => Object.assign({ sizeBytes: 100, first }, rest);

let pool: SamplerPool;
afterEach(() => pool.close());

/** Draws once with the image's mask after an output of so many tokens: the token, or why there is none. */
async function draw(image: GrammarImageData, outputLength = 0): Promise<number | string> {
  const masks = pool.openMasks(image);
  const plan = pool.compile({});
  const history = pool.openHistory([1, 2], 16)!;
  for (let i = 0; i < outputLength; i++) history.push(0);
  const slot = pool.acquire();
  pool.row(slot).fill(0);
  pool.submit(slot, { plan, history, seed: 1n, sequenceId: 1n, position: outputLength, writeRow: false, masks });
  const done = await pool.completed();
  expect(done).toEqual([slot]);
  const result = createResult(pool.maxLogprobs);
  pool.readResult(slot, result);
  pool.release(slot);
  history.release();
  plan.release();
  pool.closeMasks(masks);
  return result.status === "ok" ? result.tokenId : `${result.status}: ${result.message}`;
}

describe.each([0, 1, 2])("masks that are filled where rows are done, with %d workers", (workers) => {
  it("follow the image and the output's tokens, without the prompt's", async () => {
    pool = await createPool({ vocabSize: 100, workers, maskFiller });
    const [first, second] = [imageOf(10), imageOf(40)];
    expect(await draw(first)).toBe(10);
    expect(await draw(first, 3)).toBe(13);
    expect(await draw(second, 2)).toBe(42);
    expect(await draw(first, 1)).toBe(11);
  });

  it("fail their row alone", async () => {
    pool = await createPool({ vocabSize: 100, workers, maskFiller });
    expect(await draw(imageOf(0, { throws: "one" }))).toBe("grammar_failed: planted mask error of one");
    expect(await draw(imageOf(5))).toBe(5);
  });

  it("hold with more images than are kept while nobody needs them", async () => {
    pool = await createPool({ vocabSize: 100, workers, maskFiller });
    const images = Array.from({ length: 300 }, (_, i) => imageOf(i % 90));
    const drawn: (number | string)[] = [];
    for (const image of images) drawn.push(await draw(image));
    expect(drawn).toEqual(images.map((_, i) => i % 90));
    expect([await draw(images[0]!, 2), await draw(images[299]!, 2)]).toEqual([2, 31]);
  });
});

it("a worker in place of another knows the images that are in use", async () => {
  pool = await createPool({ vocabSize: 100, workers: 1, maskFiller });
  const image = imageOf(20);
  expect(await draw(image)).toBe(20);
  await pool.killWorker(0);
  expect(await draw(image, 1)).toBe(21);
  expect(pool.stats().workerDeaths).toBe(1);
});

it("a mask that is never done with costs its row and a worker, and what follows has its mask", async () => {
  pool = await createPool({ vocabSize: 100, workers: 1, maskFiller, rowTimeoutMs: 100 });
  expect(await draw(imageOf(5, { hangs: true }))).toMatch(/^row_timeout: /);
  expect(await draw(imageOf(5), 1)).toBe(6);
  expect(pool.stats()).toMatchObject({ rowTimeouts: 1, workerDeaths: 1 });
});

it("rows with masks are not done on the calling thread while there are workers", async () => {
  pool = await createPool({ vocabSize: 100, workers: 1, maskFiller, inlineRows: 1000, inlineMs: 1000 });
  const image = imageOf(20);
  const masks = pool.openMasks(image);
  expect(await draw(image)).toBe(20);
  pool.closeMasks(masks);
});

it("masks that are closed twice are those of no other output, and rows with closed ones are refused", async () => {
  pool = await createPool({ vocabSize: 100, workers: 0, maskFiller });
  const image = imageOf(7);
  const [first, second] = [pool.openMasks(image), pool.openMasks(image)];
  pool.closeMasks(first);
  pool.closeMasks(first);
  // More than are kept while nobody needs them: an image that counts as one of these goes.
  for (let i = 0; i < 300; i++) pool.closeMasks(pool.openMasks(imageOf(1)));
  const [plan, history, slot] = [pool.compile({}), pool.openHistory([1], 1)!, pool.acquire()];
  const job = { plan, history, seed: 1n, sequenceId: 1n, position: 0, writeRow: false };
  pool.row(slot).fill(0);
  expect(() => pool.submit(slot, { ...job, masks: first })).toThrow(
    '"masks" expected ones that this pool opened and that are not closed',
  );
  pool.submit(slot, { ...job, masks: second });
  await pool.completed();
  const result = createResult(pool.maxLogprobs);
  pool.readResult(slot, result);
  expect(result).toMatchObject({ status: "ok", tokenId: 7 });
});

describe("refusals", () => {
  it("of masks without a filler", async () => {
    pool = await createPool({ vocabSize: 100, workers: 0 });
    expect(pool.maskFillerUrl).toBeUndefined();
    expect(() => pool.openMasks(imageOf(1))).toThrow(`"masks" expected a pool that was made with a "maskFiller"`);
  });

  it.each([
    [5, TypeError, '"maskFiller" expected a moduleUrl and options, got 5'],
    [{ moduleUrl: "data:text/javascript,", options: {} }, TypeError, 'expected an export "createMaskFiller"'],
    [{ ...maskFiller, options: "throw" }, Error, "planted filler error"],
  ])("of a filler that is none: %#", async (filler, type, message) => {
    pool = await createPool({ vocabSize: 100, workers: 0 });
    const made = createPool({ vocabSize: 100, workers: 0, maskFiller: filler as never });
    await expect(made).rejects.toThrow(type);
    await expect(createPool({ vocabSize: 100, workers: 0, maskFiller: filler as never })).rejects.toThrow(message);
    await expect(made).rejects.toThrow(message);
  });
});
