/** node-llama-cpp over a tiny random model, beside the way by FFI. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSampler, type ModelSource, type Sampler } from "@tokenmill/core";
import { createLlamaModel, createNodeLlamaCppModel, type NodeLlamaCppModelOptions } from "@tokenmill/llama";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeModel } from "./conformance.ts";
import { hasRuntime, plainRuntimesDirectory } from "./runtimes/runtimes.ts";
import { tinyVocabSize, writeTinyGguf } from "./tinyGguf.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-node-llama-cpp-"));
afterAll(() => rmSync(directory, { recursive: true }));
const modelPath = join(directory, "tiny.gguf");
writeTinyGguf(modelPath);

const signal = new AbortController().signal;
const shared = { modelPath, sequences: 3, contextTokens: 128, stepTokens: 48, threads: 1 };
const open = (options: Partial<NodeLlamaCppModelOptions> = {}): Promise<ModelSource> =>
  createNodeLlamaCppModel({ ...shared, runtimeDirectory: plainRuntimesDirectory, ...options });

describe.skipIf(!hasRuntime("node-llama-cpp"))("node-llama-cpp, from a GGUF file", () => {
  describe("with whole rows", () => {
    describeModel({ open: () => open({ topLogits: tinyVocabSize }), tolerance: 2e-3 });
  });

  describe("with sparse rows", () => {
    let models: readonly [sparse: ModelSource, whole: ModelSource];
    let sampler: Sampler;
    beforeAll(async () => {
      sampler = await createSampler({ vocabSize: tinyVocabSize });
      models = await Promise.all([open({ topLogits: 20 }), createLlamaModel(shared)]);
    });
    afterAll(() => Promise.all(models.map((model) => model.close())));

    /** The row after the tokens of slot 0, by both. */
    const rowsAt = (position: number, ...tokenIds: number[]): Promise<Float32Array[]> =>
      Promise.all(
        models.map(async (model) => {
          const target = new Float32Array(new SharedArrayBuffer(4 * tinyVocabSize));
          const rows = [{ index: tokenIds.length - 1, target }];
          await model.step([{ slot: 0, position, tokenIds: Int32Array.from(tokenIds), rows }], signal);
          return target;
        }),
      );
    const truncate = (length: number): void => models.forEach((model) => model.truncate(0, length));

    it("draws greedily what the whole rows of the libraries draw: 64 tokens", async () => {
      truncate(0);
      const greedy = { temperature: 0 };
      let tokenIds = [1, 40, 77, 12];
      for (let position = 0, count = 0; count < 64; count++) {
        const [sparse, whole] = await rowsAt(position, ...tokenIds);
        const { tokenId } = sampler.sample(whole, greedy);
        expect(sampler.sample(sparse, greedy).tokenId).toBe(tokenId);
        position += tokenIds.length;
        tokenIds = [tokenId];
      }
    });

    it("has the probabilities of the whole row", async () => {
      truncate(0);
      const [sparse, whole] = await rowsAt(0, 1, 50, 60);
      const params = { topK: 10, logprobs: 10 };
      const [given, expected] = [sampler.sample(sparse, params), sampler.sample(whole, params)];
      expect(given.topTokenIds).toEqual(expected.topTokenIds);
      given.topLogprobs.forEach((x, i) => expect(x).toBeCloseTo(expected.topLogprobs[i]!, 3));
    });

    it("says which chains need more than the list", async () => {
      truncate(0);
      const [sparse] = await rowsAt(0, 1, 50, 60);
      for (const params of [{}, { topK: 21 }, { topP: 0.99 }, { typicalP: 0.5 }]) {
        expect(() => sampler.sample(sparse, params)).toThrow(
          expect.objectContaining({ code: "row_too_sparse" }) as Error,
        );
      }
    });

    it("has the file's tokenizer, ends of text and chat template", () => {
      const [facts, expected] = models.map(({ tokenizer, eosTokenIds, chatTemplate, vocabSize }) => ({
        bytes: Array.from({ length: vocabSize }, (_, id) => [...tokenizer.tokenBytes(id)]),
        special: tokenizer.specialTokens,
        encoded: [{}, { special: true }, { isPrompt: true }].map((how) => tokenizer.encode(" a cat<|chat|>\n", how)),
        eos: [tokenizer.eosTokenId, ...eosTokenIds],
        chatTemplate,
      }));
      expect(facts).toEqual(expected);
    });

    it("a step that the runtime refuses fails alone, and the slots are as they were", async () => {
      const [model] = models;
      truncate(0);
      await rowsAt(0, 1, 50, 60);
      const wrong = { slot: 1, position: 0, tokenIds: Int32Array.of(4, 99_999), rows: [] };
      await expect(
        model.step([{ slot: 0, position: 3, tokenIds: Int32Array.of(9), rows: [] }, wrong], signal),
      ).rejects.toThrow(/eval/i);
      const [sparse, whole] = await rowsAt(3, 9);
      const params = { topK: 10, logprobs: 10 };
      expect(sampler.sample(sparse, params).topTokenIds).toEqual(sampler.sample(whole, params).topTokenIds);
    });
  });

  it.each<[Partial<NodeLlamaCppModelOptions>, string | RegExp]>([
    [{ modelPath: 1 as never }, `"modelPath" expected string, got 1`],
    [{ topLogits: 0 }, `"topLogits" expected integer in [1, 1048576], got 0`],
    [{ sequences: 0 }, `"sequences" expected integer in [1, 256], got 0`],
    [{ stepTokens: 2 }, `"stepTokens" expected integer in [3, 2048], got 2`],
    [{ contextTokens: 15 }, `"contextTokens" expected integer in [16, 1048576], got 15`],
    [{ threads: Number.NaN }, `"threads" expected integer in [1, 256], got NaN`],
    [{ toplogits: 2 } as object, `unknown node-llama-cpp option "toplogits", did you mean "topLogits"?`],
    [{ modelPath: join(directory, "none") }, "ENOENT"],
    [{ modelPath: join(import.meta.dirname, "package.json") }, /"modelPath" expected a GGUF model that node-llama-cpp/],
    [{ runtimeDirectory: directory }, "needs a package that is not installed: npm install node-llama-cpp@3.22.1"],
  ])("refuses %o", async (wrong, message) => {
    await expect(open(wrong)).rejects.toThrow(message);
  });
});
