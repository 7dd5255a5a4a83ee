/** Other engines' names: aliases where they mean the same, else what to do instead. */
import { foreignNames } from "@tokenmill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completions, errorOf } from "./testing/requests.ts";
import { answerTo, startServer, type TestServer } from "./testing/testServer.ts";
import { completionSchema } from "./bodies/completionSchema.ts";
import { chatSchema } from "./bodies/chatSchema.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ structuredOutput: true });
});
afterAll(() => server.close());

const settings = { prompt: "abababab", seed: 3 };

async function choicesFor(body: object): Promise<unknown> {
  const { status, body: answer } = await answerTo(server, completions, { ...settings, ...body });
  expect([status, answer["error"]]).toEqual([200, undefined]);
  return answer["choices"];
}

async function refusalOf(body: object): Promise<Record<string, unknown>> {
  const { status, body: answer } = await answerTo(server, completions, { ...settings, ...body });
  expect(status).toBe(400);
  return errorOf(answer);
}

const most = Array.from({ length: 36 }, (_, id) => id);

/** Values of each alias, and what they are in our own names; that they are not what the default is. */
const equal: readonly (readonly [object, object])[] = [
  [{ n_predict: 3 }, { max_tokens: 3 }],
  [{ max_new_tokens: 3 }, { max_tokens: 3 }],
  [
    { min_new_tokens: 12, logit_bias: { 36: 5 } },
    { min_tokens: 12, logit_bias: { 36: 5 } },
  ],
  [{ num_return_sequences: 2 }, { n: 2 }],
  [{ temp: 0 }, { temperature: 0 }],
  [{ sampler_seed: 8 }, { seed: 8 }],
  [{ sampling_seed: 8 }, { seed: 8 }],
  [{ typ_p: 0.3 }, { typical_p: 0.3 }],
  [{ typical: 0.3 }, { typical_p: 0.3 }],
  [{ tfs_z: 0.3 }, { tail_free: 0.3 }],
  [{ tfs: 0.3 }, { tail_free: 0.3 }],
  [
    { reasoning_budget_tokens: 2, thinking: { is_open: true, ends: ["ab"] } },
    { thinking_token_budget: 2, thinking: { is_open: true, ends: ["ab"] } },
  ],
  [{ banned_tokens: ["A"] }, { banned_strings: ["a"] }],
  [{ banned_regex_case_insensitive: ["A+"] }, { banned_regex: ["[aA]+"] }],
  [{ nsigma: 0.5 }, { top_n_sigma: 0.5 }],
  [{ top_nsigma: 0.5 }, { top_n_sigma: 0.5 }],
  [
    { mirostat_mode: 2, mirostat_tau: 1 },
    { mirostat: 2, mirostat_tau: 1 },
  ],
  [{ repeat_penalty: 9 }, { repetition_penalty: 9 }],
  [{ rep_pen: 9 }, { repetition_penalty: 9 }],
  [
    { repetition_penalty: 9, repeat_last_n: 2 },
    { repetition_penalty: 9, penalty_last_n: 2 },
  ],
  [
    { repetition_penalty: 9, repetition_penalty_range: 2 },
    { repetition_penalty: 9, penalty_last_n: 2 },
  ],
  [
    { repetition_penalty: 9, penalty_range: 2 },
    { repetition_penalty: 9, penalty_last_n: 2 },
  ],
  [
    { repetition_penalty: 9, penalty_last_n: 1, repetition_decay: 9 },
    { repetition_penalty: 9, penalty_last_n: 1, penalty_decay_range: 9 },
  ],
  [
    { repetition_penalty: 9, rep_pen_slope: 0.01 },
    { repetition_penalty: 9, penalty_slope: 0.01 },
  ],
  [{ bad_words_ids: [[0], [1], [2], [3]] }, { bad_words: [[0], [1], [2], [3]] }],
  [{ return_sampling_mask: true }, { sampling_mask: true }],
  [{ suppress_tokens: [0, 1, 2, 3, 4, 5, 6] }, { banned_token_ids: [0, 1, 2, 3, 4, 5, 6] }],
  [{ begin_suppress_tokens: most }, { begin_suppress_token_ids: most }],
  [
    { stopping_strings: ["x", "t"], max_tokens: 200 },
    { stop: ["x", "t"], max_tokens: 200 },
  ],
];

describe("an alias", () => {
  it.each(equal)("%j means %j", async (theirs, ours) => {
    const { seed: _seed, ...unseeded } = settings;
    const body = "sampler_seed" in theirs || "sampling_seed" in theirs ? { ...unseeded, seed: null } : {};
    expect(await choicesFor({ ...body, ...theirs })).toEqual(await choicesFor(ours));
    expect(await choicesFor(ours)).not.toEqual(await choicesFor({}));
  });

  it.each([
    { top_p_decay: 0.01 },
    { skew: 5 },
    { top_p: 0.01, min_keep: 9 },
    { encoder_repetition_penalty: 9 },
    { encoder_no_repeat_ngram_size: 1 },
  ])("%j has an effect", async (body) => {
    expect(await choicesFor(body)).not.toEqual(await choicesFor({}));
  });

  it("of HF that is ours too takes HF's list form", async () => {
    const biased = await choicesFor({ sequence_bias: [[[5], 100]] });
    expect(biased).toEqual(await choicesFor({ logit_bias: { 5: 100 } }));
    expect(biased).not.toEqual(await choicesFor({ sequence_bias: [[[35, 36, 35, 5], 100]] }));
  });

  it("has a test here, each of them, and is a field of both schemas", () => {
    const tested = new Set(equal.flatMap(([theirs]) => Object.keys(theirs)));
    const aliases = Object.keys(foreignNames).filter((name) => foreignNames[name]!.isAlias);
    expect([...tested].filter((name) => Object.hasOwn(foreignNames, name)).toSorted()).toEqual(aliases.toSorted());
    for (const { properties = {} } of [completionSchema, chatSchema]) {
      expect(aliases.filter((name) => !Object.hasOwn(properties, name))).toEqual([]);
    }
  });

  it("with a value that is another thing elsewhere is converted", async () => {
    const all = { repetition_penalty: 9, penalty_last_n: -1 };
    expect(await choicesFor({ repetition_penalty: 9, repetition_penalty_range: 0 })).toEqual(await choicesFor(all));
    expect(await choicesFor({ repetition_penalty: 9, rep_pen_slope: 0 })).toEqual(await choicesFor(all));
    expect(await choicesFor({ top_n_sigma: -1, top_k: -1 })).toEqual(await choicesFor({}));
    const random = { ...settings, seed: null, sampler_seed: 0 };
    expect(await choicesFor(random)).not.toEqual(await choicesFor(random));
  });

  it("is refused beside ours, and out of range in its own spelling", async () => {
    expect(await refusalOf({ repeat_penalty: 1, repetition_penalty: 1 })).toMatchObject({
      param: "repetition_penalty",
      message: '"repetition_penalty" and "repeat_penalty" are the same: give one',
    });
    expect(await refusalOf({ n_predict: 2, max_new_tokens: 2 })).toMatchObject({
      message: '"n_predict" and "max_new_tokens" are the same: give one',
    });
    expect(await refusalOf({ repeat_penalty: -1 })).toMatchObject({
      message: '"repeat_penalty" expected number > 0, finite, got -1',
    });
    expect(await refusalOf({ min_new_tokens: 9, n_predict: 4 })).toMatchObject({
      message: '"min_new_tokens" expected integer in [0, 4], as "n_predict" is 4, got 9',
    });
  });
});

describe("another name", () => {
  it.each(Object.entries(foreignNames).filter(([, { isAlias }]) => !isAlias))(
    "%s says what to do",
    async (name, entry) => {
      // No value that anybody would take for nothing.
      const { message, param, code } = await refusalOf({ [name]: { a: 1 } });
      const hint = entry.hint.replace(/\{(\w+)\}/g, (_, ours: string) => {
        return `"${ours.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;
      });
      expect([message, param, code]).toEqual([
        `"${name}" is not supported: ${hint}; got an object`,
        name,
        "unsupported_parameter",
      ]);
    },
  );

  it("that asks for nothing is left out", async () => {
    const defaults = {
      samplers: null,
      temperature_last: false,
      do_sample: true,
      rep_pen_slope: 1,
      guidance_scale: 1,
      negative_prompt: "",
      num_beams: 1,
      cache_prompt: true,
      id_slot: -1,
      n_keep: 0,
      n_probs: 0,
      min_keep: 0,
      lora: [],
    };
    expect(await choicesFor(defaults)).toEqual(await choicesFor({}));
  });

  it("does not hide a slip of one of ours", async () => {
    expect(await refusalOf({ repetition_penlty: 1 })).toMatchObject({
      message: 'unknown field "repetition_penlty", did you mean "repetition_penalty"?',
    });
  });
});
