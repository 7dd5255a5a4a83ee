/** A model whose row is a hash of the tokens before it. Holds its caller to the contract: throws at once where it is broken. */
import type { ModelLimits, ModelSource, StepItem } from "@tokenmill/core";

export interface ToyModel extends ModelSource {
  /** Number of tokens of each step, by slot. */
  readonly steps: ReadonlyMap<number, number>[];
  readonly forks: number;
  readonly isClosed: boolean;
  /** What each slot holds. */
  readonly slots: readonly (readonly number[])[];
  /** Steps wait for it. */
  gate: Promise<void> | undefined;
}

export function toyRow(tokenIds: ArrayLike<number>, vocabSize: number): Float32Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < tokenIds.length; i++) hash = Math.imul(hash ^ tokenIds[i]!, 0x01000193);
  return Float32Array.from({ length: vocabSize }, (_, id) => {
    let mixed = Math.imul(hash ^ (id * 0x9e3779b1), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed >>> 8) % 2048) / 128;
  });
}

export function createToyModel(
  given: Partial<ModelLimits> & { vocabSize?: number; paddedSize?: number } = {},
): ToyModel {
  const { sequences = 4, contextTokens = 256, stepTokens = 16, vocabSize = 64, paddedSize = vocabSize } = given;
  const slots: number[][] = Array.from({ length: sequences }, () => []);
  let isBusy = false;
  const expect = (isTrue: boolean, what: string): void => {
    if (!isTrue) throw new Error(`contract: ${what}`);
  };
  const model = {
    kind: "model" as const,
    name: "toy",
    dtype: "f32" as const,
    vocabSize: paddedSize,
    tokenizer: {
      vocabSize,
      eosTokenId: 0,
      encode: (text: string) => Array.from(new TextEncoder().encode(text), (byte) => 1 + byte),
      tokenBytes: (id: number) => (id === 0 ? new Uint8Array(0) : Uint8Array.of(id - 1)),
    },
    eosTokenIds: [0],
    limits: { sequences, contextTokens, stepTokens },
    isBitStable: true,
    steps: [] as Map<number, number>[],
    forks: 0,
    isClosed: false,
    slots,
    gate: undefined as Promise<void> | undefined,
    async step(items: readonly StepItem[], signal: AbortSignal): Promise<void> {
      expect(!model.isClosed, "no step after it was closed");
      expect(!isBusy, "steps do not overlap");
      expect(items.length > 0, "a step has items");
      expect(items.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0) <= stepTokens, "at most stepTokens");
      expect(new Set(items.map(({ slot }) => slot)).size === items.length, "a slot is in a step once");
      isBusy = true;
      await (model.gate ?? new Promise<void>((resolve) => setImmediate(resolve))).finally(() => (isBusy = false));
      signal.throwIfAborted();
      model.steps.push(new Map(items.map(({ slot, tokenIds }) => [slot, tokenIds.length])));
      for (const { slot, position, tokenIds, rows } of items) {
        const held = slots[slot]!;
        expect(held.length === position, `slot ${slot} holds ${position} tokens, not ${held.length}`);
        for (const { index, target } of rows) {
          expect(target.buffer instanceof SharedArrayBuffer, "rows are in shared memory");
          target.set(toyRow([...held, ...tokenIds.subarray(0, index + 1)], vocabSize));
        }
        held.push(...tokenIds);
        expect(held.length <= contextTokens, "at most contextTokens");
      }
    },
    truncate(slot: number, length: number): void {
      expect(!isBusy, "truncate waits for the step");
      expect(length <= slots[slot]!.length, "truncates what is there");
      slots[slot]!.length = length;
    },
    fork(from: number, to: number, length: number): void {
      expect(!isBusy, "fork waits for the step");
      expect(slots[to]!.length === 0, "forks into an empty slot");
      expect(length <= slots[from]!.length, "forks what is there");
      slots[to]!.push(...slots[from]!.slice(0, length));
      model.forks++;
    },
    close(): Promise<void> {
      model.isClosed = true;
      return Promise.resolve();
    },
  };
  return model;
}
