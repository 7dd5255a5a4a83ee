/**
 * `tsx bench/recordRows.ts from to`: 64 rows for benchmarks, of a language model, which writes on from four prompts, or of a
 * `.npy` file, whose rows are taken in turn. `to`: a `.npy` file, or for another name the f32 alone, row after row.
 */
import { writeFileSync } from "node:fs";
import { createSampler } from "@tokenmill/core";
import { openModel, readNpy, writeNpy } from "@tokenmill/sources";

const prompts = [
  "The history of the steam engine begins",
  "def quicksort(numbers):\n",
  "Dear Sir or Madam,\n",
  "Question: why is the sky blue?\nAnswer:",
];
const rowCount = 64;
const params = { temperature: 0.8, topP: 0.95, seed: 1 } as const;

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined)
  throw new TypeError('"from", "to" expected two paths: tsx bench/recordRows.ts from to');
const { data, vocabSize } = from.endsWith(".npy") ? await storedRows(from) : await modelRows(from);
if (to.endsWith(".npy")) await writeNpy(to, { dtype: "f32", shape: [rowCount, vocabSize], data });
else writeFileSync(to, data);

interface Rows {
  readonly data: Float32Array;
  readonly vocabSize: number;
}

async function storedRows(path: string): Promise<Rows> {
  const { dtype, shape, data: stored } = await readNpy(path);
  if (dtype !== "f32") throw new TypeError(`"${path}" expected rows of f32, got ${dtype}`);
  const vocabSize = shape.at(-1)!;
  const count = stored.length / vocabSize;
  const data = new Float32Array(rowCount * vocabSize);
  for (let i = 0; i < rowCount; i++) {
    const first = (i % count) * vocabSize;
    data.set((stored as Float32Array).subarray(first, first + vocabSize), i * vocabSize);
  }
  return { data, vocabSize };
}

async function modelRows(name: string): Promise<Rows> {
  const model = await openModel(name, { sequences: 1, contextTokens: 256 });
  const { vocabSize } = model;
  const sampler = await createSampler({ vocabSize });
  const data = new Float32Array(rowCount * vocabSize);
  for (const [sequenceId, prompt] of prompts.entries()) {
    let tokenIds = Int32Array.from(model.tokenizer.encode(prompt, { isPrompt: true }));
    let length = 0;
    for (let position = 0; position < rowCount / prompts.length; position++) {
      const first = ((sequenceId * rowCount) / prompts.length + position) * vocabSize;
      const target = data.subarray(first, first + vocabSize);
      const rows = [{ index: tokenIds.length - 1, target }];
      await model.step([{ slot: 0, tokenIds, position: length, rows }], new AbortController().signal);
      length += tokenIds.length;
      tokenIds = Int32Array.of(sampler.sample(target, params, { position, sequenceId }).tokenId);
    }
    model.truncate(0, 0);
  }
  await model.close();
  return { data, vocabSize };
}
