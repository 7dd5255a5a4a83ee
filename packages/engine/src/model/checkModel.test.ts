import { expect, test } from "vitest";
import { checkModel } from "./checkModel.ts";

const nothing = (): void => {};
const model = {
  kind: "model",
  name: "mine",
  vocabSize: 8,
  dtype: "f32",
  tokenizer: { encode: nothing },
  eosTokenIds: [0],
  limits: { sequences: 1, contextTokens: 16, stepTokens: 4 },
  isBitStable: true,
  step: nothing,
  truncate: nothing,
  fork: nothing,
  close: nothing,
};

test("takes what has all that the engine calls", () => {
  expect(() => checkModel("model", model)).not.toThrow();
});

test.each([
  [undefined, '"model" expected a model source, got undefined'],
  [{ ...model, kind: "batch" }, '"model.kind" expected one of "model", got "batch"'],
  [{ ...model, name: undefined }, '"model.name" expected string, got undefined'],
  [{ ...model, vocabSize: 1.5 }, '"model.vocabSize" expected integer in [1, 16777216], got 1.5'],
  [{ ...model, dtype: "f16" }, '"model.dtype" expected one of "f32", got "f16"'],
  [{ ...model, tokenizer: undefined }, '"model.tokenizer" expected a tokenizer, got undefined'],
  [{ ...model, eosTokenIds: 0 }, '"model.eosTokenIds" expected a list of token ids, got 0'],
  [{ ...model, limits: undefined }, '"model.limits.sequences" expected integer'],
  [{ ...model, limits: { ...model.limits, stepTokens: 0 } }, '"model.limits.stepTokens" expected integer'],
  [{ ...model, fork: undefined }, '"model.fork" expected function, got undefined'],
])("refuses %o", (value, message) => {
  expect(() => checkModel("model", value)).toThrow(message);
});
