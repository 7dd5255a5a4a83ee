/** Rows that the embedded model really gives: those along texts that it wrote itself, drawn by a fixed seed. */
import { createSampler } from "@tokenmill/core";
import { createEmbeddedModel, type EmbeddedModel } from "@tokenmill/embedded-model";
import { createRowWriter } from "../src/rowWriter.ts";
import { openRows, type RowHarness } from "@tokenmill/test-rows";

const prompts = ["Fellow citizens", "Call me Ishmael", "The state of the Union", " whale"];
const params = { temperature: 0.8, topP: 0.95, seed: 1 } as const;

export interface RecordedRows {
  readonly model: EmbeddedModel;
  /** Holds the rows, `histories[i]` in row i. */
  readonly harness: RowHarness;
  readonly histories: readonly (readonly number[])[];
}

/** `count` rows of the model, as many from each of the prompts. */
export async function recordRows(count: number): Promise<RecordedRows> {
  const model = await createEmbeddedModel();
  const { vocabSize } = model;
  const harness = await openRows(model, createRowWriter, count);
  const sampler = await createSampler({ vocabSize });
  const histories: (readonly number[])[] = [];
  for (const [sequenceId, prompt] of prompts.entries()) {
    const history = model.tokenizer.encode(prompt);
    for (let position = 0; position < count / prompts.length && histories.length < count; position++) {
      const rowOffsetBytes = harness.rowOffsetBytes(histories.length);
      harness.write(history, { rowOffsetBytes });
      histories.push([...history]);
      const row = new Float32Array(harness.memory.buffer, rowOffsetBytes, vocabSize);
      history.push(sampler.sample(row, params, { position, sequenceId, history }).tokenId);
    }
  }
  return { model, harness, histories };
}
