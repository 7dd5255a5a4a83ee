/** What every `ModelSource` must do: one suite, run over all of them. */
import type { ModelSource, StepItem } from "@tokenmill/core";
import { afterAll, beforeAll, expect, it } from "vitest";

export interface ConformanceOptions {
  readonly open: () => Promise<ModelSource>;
  /** Largest difference of a logit between ways to compute it; 0 where `isBitStable`. */
  readonly tolerance: number;
}

const signal = new AbortController().signal;

/** To be called inside a `describe`. */
export function describeModel({ open, tolerance }: ConformanceOptions): void {
  let model: ModelSource;
  beforeAll(async () => {
    model = await open();
  });
  afterAll(() => model.close());

  const history = (length: number, from = 3): number[] => Array.from({ length }, (_, i) => from + ((i * 7) % 40));
  const newRow = (): Float32Array => new Float32Array(new SharedArrayBuffer(model.vocabSize * 4)).fill(Number.NaN);
  const item = (slot: number, position: number, tokenIds: number[], rows: Float32Array[] = []): StepItem => ({
    slot,
    position,
    tokenIds: Int32Array.from(tokenIds),
    rows: rows.map((target, i) => ({ index: tokenIds.length - rows.length + i, target })),
  });
  /** The row after the tokens, computed alone in slot 0. */
  const rowAfter = async (tokenIds: number[]): Promise<Float32Array> => {
    model.truncate(0, 0);
    const row = newRow();
    await model.step([item(0, 0, tokenIds, [row])], signal);
    return row;
  };
  const expectEqual = (row: Float32Array, expected: Float32Array): void => {
    const worst = row.reduce((most, value, id) => Math.max(most, Math.abs(value - expected[id]!)), 0);
    expect(worst).toBeLessThanOrEqual(tolerance);
  };
  const clear = (): void => {
    for (let slot = 0; slot < model.limits.sequences; slot++) model.truncate(slot, 0);
  };

  it("states limits that can be used, and a tokenizer within its rows", () => {
    const { sequences, contextTokens, stepTokens } = model.limits;
    expect(sequences).toBeGreaterThanOrEqual(2);
    expect(contextTokens).toBeGreaterThanOrEqual(16);
    expect(stepTokens).toBeGreaterThanOrEqual(sequences);
    expect(model.vocabSize).toBeGreaterThanOrEqual(model.tokenizer.vocabSize);
    expect(model.eosTokenIds).toContain(model.tokenizer.eosTokenId);
  });

  it("gives back every text that it encodes, byte for byte", () => {
    const { encode, tokenBytes } = {
      encode: model.tokenizer.encode.bind(model.tokenizer),
      tokenBytes: model.tokenizer.tokenBytes.bind(model.tokenizer),
    };
    for (const text of ["", "a", " hello world", "<|chat|>", "日本 ok 🐋\n", "a\u0000b"]) {
      const bytes = Buffer.concat(encode(text).map((id) => tokenBytes(id)));
      expect(bytes.toString()).toBe(text);
    }
  });

  it("fills the tokenizer's part of a row with finite logits that follow from the tokens", async () => {
    const row = await rowAfter(history(9));
    expect(row.subarray(0, model.tokenizer.vocabSize).every(Number.isFinite)).toBe(true);
    expect(new Set(row).size).toBeGreaterThan(1);
    expectEqual(await rowAfter(history(9)), row);
    expect(await rowAfter(history(9, 4))).not.toEqual(row);
  });

  it("gives the same row by one step, by chunks of 3, and token by token", async () => {
    const tokenIds = history(11);
    const whole = await rowAfter(tokenIds);
    for (const size of [3, 1]) {
      clear();
      const row = newRow();
      for (let at = 0; at < tokenIds.length; at += size) {
        const isLast = at + size >= tokenIds.length;
        await model.step([item(0, at, tokenIds.slice(at, at + size), isLast ? [row] : [])], signal);
      }
      expectEqual(row, whole);
    }
  });

  it("gives the same rows in company as alone, and several rows of one item", async () => {
    const [first, second] = [history(6), history(8, 9)];
    const expected = [await rowAfter(first), await rowAfter(second.slice(0, 7)), await rowAfter(second)];
    clear();
    const rows = [newRow(), newRow(), newRow()] as const;
    await model.step([item(0, 0, first, [rows[0]]), item(1, 0, second, [rows[1], rows[2]])], signal);
    rows.forEach((row, i) => expectEqual(row, expected[i]!));
  });

  it("forgets what is truncated", async () => {
    const expected = await rowAfter([...history(5), 11]);
    clear();
    const row = newRow();
    await model.step([item(0, 0, [...history(5), 21, 22])], signal);
    model.truncate(0, 5);
    await model.step([item(0, 5, [11], [row])], signal);
    expectEqual(row, expected);
  });

  it("gives the same row where another slot was emptied before its last tokens", async () => {
    const tokenIds = history(14);
    const expected = await rowAfter(tokenIds);
    for (const size of [9, 1]) {
      clear();
      await model.step([item(1, 0, history(6))], signal);
      await model.step([item(0, 0, tokenIds.slice(0, 5))], signal);
      model.truncate(1, 0);
      const row = newRow();
      for (let at = 5; at < 14; at += size) {
        await model.step([item(0, at, tokenIds.slice(at, at + size), at + size === 14 ? [row] : [])], signal);
      }
      expectEqual(row, expected);
    }
  });

  it("forks: both slots go on apart", async () => {
    const prompt = history(7);
    const expected = [await rowAfter([...prompt, 11]), await rowAfter([...prompt, 12])];
    clear();
    await model.step([item(0, 0, [...prompt, 30])], signal);
    model.fork(0, 1, 7);
    model.truncate(0, 7);
    const rows = [newRow(), newRow()] as const;
    await model.step([item(0, 7, [11], [rows[0]]), item(1, 7, [12], [rows[1]])], signal);
    rows.forEach((row, i) => expectEqual(row, expected[i]!));
  });

  it("takes a full step and a full context", async () => {
    clear();
    const { contextTokens, stepTokens } = model.limits;
    const row = newRow();
    for (let at = 0; at < contextTokens; at += stepTokens) {
      const count = Math.min(stepTokens, contextTokens - at);
      await model.step([item(0, at, history(count), at + count === contextTokens ? [row] : [])], signal);
    }
    expect(row.subarray(0, model.tokenizer.vocabSize).every(Number.isFinite)).toBe(true);
    clear();
  });

  it("does not begin a step that was cancelled, and is as it was", async () => {
    clear();
    await model.step([item(0, 0, history(4))], signal);
    await expect(model.step([item(0, 4, [9], [newRow()])], AbortSignal.abort(new Error("cancelled")))).rejects.toThrow(
      "cancelled",
    );
    const row = newRow();
    await model.step([item(0, 4, [11], [row])], signal);
    expectEqual(row, await rowAfter([...history(4), 11]));
  });

  it("closes once, also while a step runs, and refuses steps then", async () => {
    const other = await open();
    const running = other.step([item(0, 0, history(4))], signal).catch(() => undefined);
    await Promise.all([other.close(), other.close(), running]);
    await expect(other.step([item(0, 4, [1])], signal)).rejects.toThrow(/closed/);
  });
}
