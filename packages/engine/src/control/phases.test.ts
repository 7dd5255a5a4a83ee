/** Phases: each token is drawn with the parameters, and the state, of the phase that its place is in. */
import { createSampler, type GenerateRequest, type Phase, type TokenEvent, type Tokenizer } from "@tokenmill/core";
import fc from "fast-check";
import { lastValueFrom } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import { hashRow } from "../testing/hashRows.mjs";
import { collect, hashSource, pieceTokenizer, run } from "../testing/sources.ts";
import { textChoices } from "../testing/textChoices.ts";
import type { Engine } from "../types.ts";

/** The first two are special tokens: they have names and no text. */
const names = ["<think>", "</think>"];
const words = ["", "", "a", "b", "c", "ab", "bca", ".", "a.", "d"];
const tokenizer: Tokenizer = {
  vocabSize: words.length,
  eosTokenId: undefined,
  specialTokens: new Map(names.map((name, id) => [id, name])),
  encode(text, { special = false } = {}) {
    const named = names.indexOf(text);
    if (special && named >= 0) return [named];
    return Array.from(text, (character) => words.indexOf(character));
  },
  tokenBytes: (id) => new TextEncoder().encode(words[id]),
};

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource({ tokenizer }), workers: 1, slots: 6, seed: 5 });
});
afterAll(() => engine.close());

const idsOf = (events: readonly TokenEvent[]): number[] => events.map(({ tokenId }) => tokenId);

interface Parts {
  readonly prompt: readonly number[];
  readonly phases: readonly Phase[];
  readonly isOpen?: boolean;
  readonly budget?: number;
}

/** For each place of the output, and the one behind it: its phase, in the obvious way, and whether its token is forced. */
function placesOf({ prompt, phases, isOpen = false, budget = Infinity }: Parts, output: readonly number[]) {
  const places: { phase: number | undefined; isForced: boolean }[] = [];
  let thinking: number | undefined;
  for (const id of prompt) {
    if (thinking === undefined && id === 0) thinking = 0;
    else if (id === 1) thinking = undefined;
    else if (thinking !== undefined) thinking++;
  }
  if (isOpen) thinking ??= 0;
  let phase: number | undefined;
  let hasBegun = thinking !== undefined;
  let hasEnded = false;
  for (let place = 0; place <= output.length; place++) {
    const before = output
      .slice(0, place)
      .map((id) => words[id])
      .join("");
    const last = words[output[place - 1] ?? 0]!.length;
    phases.forEach(({ from }, i) => {
      const begins =
        from === "thinking"
          ? hasBegun
          : from === "answer"
            ? hasEnded
            : typeof from === "number"
              ? from === place
              : "text" in from
                ? last > 0 && before.includes(from.text, before.length - last - from.text.length + 1)
                : place > 0 && ` ${output.slice(0, place).join(" ")}`.endsWith(` ${from.tokenIds.join(" ")}`);
      if (begins) phase = i;
    });
    places.push({ phase, isForced: thinking !== undefined && thinking >= budget });
    const id = output[place];
    hasBegun = thinking === undefined && id === 0;
    hasEnded = thinking !== undefined && id === 1;
    if (hasBegun) thinking = 0;
    else if (hasEnded) thinking = undefined;
    else if (thinking !== undefined) thinking++;
  }
  return places;
}

const base: GenerateRequest[] = [
  { temperature: 1 },
  { temperature: 0.7, repetitionPenalty: 1.3 },
  { mirostat: 2, mirostatTau: 2, mirostatEta: 0.4 },
];
const params: Phase["params"][] = [
  {},
  { temperature: 0 },
  { temperature: 2, topK: 4 },
  { mirostat: 0, minP: 0.05 },
  { mirostat: 1, mirostatTau: 1, mirostatEta: 0.3 },
  { mirostat: 2, mirostatTau: 3 },
  { mirostat: 0, adaptiveTarget: 0.3, adaptiveDecay: 0.5 },
  {
    logitBias: new Map([
      [3, 4],
      [4, -Infinity],
    ]),
    presencePenalty: 0.5,
  },
];
const starts: Phase["from"][] = ["thinking", "answer", 0, 7, { text: "a." }, { text: "bc" }, { tokenIds: [2] }];

it("each token is the single sampler's, drawn by the plan of its phase and the state that it goes on from", async () => {
  const sampler = await createSampler({ vocabSize: words.length });
  const seen = new Set<string>();
  const phase = fc.record({ from: fc.constantFrom(...starts), params: fc.constantFrom(...params) });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        sequenceId: fc.nat(10_000),
        prompt: fc.array(fc.nat(8), { maxLength: 4 }),
        phases: fc.array(phase, { minLength: 1, maxLength: 4 }),
        own: fc.constantFrom(...base),
        isOpen: fc.option(fc.constant(true), { nil: undefined }),
        budget: fc.option(fc.nat(5), { nil: undefined }),
        logprobs: fc.option(fc.constant(1), { nil: undefined }),
      }),
      async ({ sequenceId, own, budget, logprobs, isOpen, prompt, phases }) => {
        const follows = budget !== undefined || phases.some(({ from }) => from === "thinking" || from === "answer");
        const parts: Parts = {
          prompt,
          phases,
          ...(follows && isOpen && { isOpen }),
          ...(budget !== undefined && { budget }),
        };
        const { events, error } = await run(engine, {
          ...own,
          sequenceId,
          prompt,
          phases,
          maxTokens: 40,
          ...(budget !== undefined && { thinkingTokenBudget: budget }),
          ...(parts.isOpen && { thinking: { isOpen: true } }),
          ...(logprobs !== undefined && { logprobs }),
        });
        expect(error).toBeUndefined();
        const output = idsOf(events);
        const ids = [...prompt];
        const planOf = (at: number | undefined) =>
          sampler.compile({ ...own, ...(at === undefined ? {} : phases[at]!.params), logprobs: 0 });
        const places = placesOf(parts, output);
        let plan = planOf(places[0]!.phase);
        let state = plan.initialState;
        for (const [position, { phase: at, isForced }] of places.slice(0, -1).entries()) {
          const next = planOf(at);
          if (next !== plan && next.initialState) {
            // the first number is mirostat's, the next two are adaptive-p's
            const keeps = (name: "mirostat" | "adaptiveP"): boolean =>
              next.stageNames.includes(name) && plan.stageNames.includes(name);
            const kept = [keeps("mirostat"), keeps("adaptiveP"), keeps("adaptiveP"), false];
            state = next.initialState.map((x, i) => (kept[i] ? state![i]! : x));
            seen.add(kept.slice(0, 2).join());
          }
          plan = next;
          seen.add(isForced ? "forced" : typeof phases[at ?? 99]?.from);
          const row = new Float32Array(words.length);
          const history = Int32Array.from(ids);
          hashRow(words.length, history, sequenceId, position, (id: number, logit: number) => (row[id] = logit));
          const draw = { position, sequenceId, seed: 5, history, promptLength: prompt.length };
          const drawn = sampler.sample(row, plan, { ...draw, ...(plan.initialState && { state: state! }) });
          expect(output[position]).toBe(isForced ? 1 : drawn.tokenId);
          expect(isForced || events[position]!.logprob).toBe(isForced || (logprobs && drawn.logprob));
          if (plan.initialState && !isForced) state = Array.from(drawn.state);
          ids.push(output[position]!);
        }
      },
    ),
    { numRuns: 600 },
  );
  for (const what of ["forced", "string", "number", "object", "undefined", "true,false", "false,true", "false,false"]) {
    expect(seen).toContain(what);
  }
});

it("text that is taken back over a change takes the change back, parameters and state", async () => {
  // one token at a time is possible: each draw adds eta · tau to mirostat's number
  const one = { chain: ["bannedTokenIds", "allowedTokenIds", "topK", "mirostat"], topK: 1 } as const;
  const counts = (tau: number) => ({ mirostat: 2, mirostatTau: tau, mirostatEta: 0.5 }) as const;
  const phases: Phase[] = [
    { from: { text: "b" }, params: { allowedTokenIds: [4, 7, 9], ...counts(4) } },
    { from: { text: "." }, params: { allowedTokenIds: [2, 3, 4, 9], mirostat: 0 } },
    { from: { text: "cd" }, params: { allowedTokenIds: [2, 3, 4, 7], ...counts(6) } },
  ];
  let changes = 0;
  const before = engine.stats().takenBack;
  for (let sequenceId = 0; sequenceId < 60; sequenceId++) {
    const output: number[] = [];
    const bannedStrings = ["b.", "bcd", "c.", "aab", "cda"];
    const own = { ...one, ...counts(2), allowedTokenIds: [2, 3] };
    const request = { ...own, phases, bannedStrings, sequenceId, maxTokens: 60 };
    const planOf = (phase: number | undefined): Phase["params"] => (phase === undefined ? own : phases[phase]!.params);
    let number = 4; // 2 · tau
    const { events, error } = await run(engine, request, ({ tokenId, finishReason, passedBan }, handle) => {
      const { phase } = placesOf({ prompt: [], phases }, output).at(-1)!;
      expect(planOf(phase).allowedTokenIds).toContain(tokenId);
      output.push(tokenId);
      const next = placesOf({ prompt: [], phases }, output).at(-1)!.phase;
      changes += Number(next !== phase);
      if (phase !== 1) number += 0.5 * planOf(phase).mirostatTau!;
      else if (next !== 1) number = 2 * planOf(next).mirostatTau!;
      const carried = finishReason === undefined ? handle.carried().state?.[0] : number;
      expect(carried).toBe(next === 1 && finishReason === undefined ? undefined : number);
      expect(passedBan === undefined || bannedStrings.includes(passedBan)).toBe(true);
    });
    expect(error).toBeUndefined();
    expect(events).toHaveLength(60);
  }
  expect(changes).toBeGreaterThan(200);
  expect(engine.stats().takenBack - before).toBeGreaterThan(200);
});

describe("thinking", () => {
  it("an open prompt begins its phase at once, and a forced end begins the answer", async () => {
    const phases: Phase[] = [
      { from: "thinking", params: { allowedTokenIds: [2] } },
      { from: "answer", params: { allowedTokenIds: [3] } },
    ];
    const request = { phases, prompt: [0, 4], maxTokens: 7, allowedTokenIds: [4] };
    expect(idsOf((await run(engine, { ...request, thinkingTokenBudget: 3 })).events)).toEqual([2, 2, 1, 3, 3, 3, 3]);
    expect(idsOf((await run(engine, request)).events)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    // an end in the prompt is another turn's
    expect(idsOf((await run(engine, { ...request, prompt: [0, 4, 1] })).events)).toEqual([4, 4, 4, 4, 4, 4, 4]);
    const forced = { ...request, prompt: [], forcedTokenIds: [0, 3, 1, 4] };
    expect(idsOf((await run(engine, forced)).events)).toEqual([0, 3, 1, 4, 3, 3, 3]);
    const open = { ...request, prompt: "c", thinking: { isOpen: true, start: "x", ends: ["aa"] } };
    expect(idsOf((await run(engine, open)).events)).toEqual([2, 2, 3, 3, 3, 3, 3]);
  });

  it("stands before a form, whose rows have the answer's parameters", async () => {
    const own = await createEngine({
      source: hashSource({ tokenizer: pieceTokenizer }),
      grammar: textChoices(),
      workers: 1,
      slots: 4,
    });
    try {
      const phases: Phase[] = [{ from: "answer", params: { logitBias: { 2: 20 } } }];
      const request = { grammar: "aab | abc | caa", thinking: { isOpen: true, ends: [[6]] }, phases, maxTokens: 400 };
      for (let sequenceId = 0; sequenceId < 10; sequenceId++) {
        const { events, error } = await run(own, { ...request, sequenceId });
        expect(error).toBeUndefined();
        expect(idsOf(events).slice(idsOf(events).indexOf(6) + 1)).toEqual([2, 0, 0, 15]);
      }
    } finally {
      await own.close();
    }
  });
});

it("the last of several that begin at once counts; without parameters it is the request's own", async () => {
  const phases: Phase[] = [
    { from: 2, params: { allowedTokenIds: [3] } },
    { from: { tokenIds: [4, 4] }, params: { allowedTokenIds: [5] } },
    { from: { text: "abab" }, params: {} },
  ];
  const { events } = await run(engine, { phases, allowedTokenIds: [4], maxTokens: 8 });
  expect(idsOf(events)).toEqual([4, 4, 5, 5, 4, 4, 5, 5]);
  const none = await run(engine, { phases: [], sequenceId: 3, maxTokens: 9 });
  expect(idsOf(none.events)).toEqual(idsOf((await run(engine, { sequenceId: 3, maxTokens: 9 })).events));
});

it("plans are compiled as the sequence is opened, shared, and released with it", async () => {
  const bytes = (): number => engine.stats().arenaBytesUsed;
  const phases: Phase[] = [
    { from: 1, params: { bannedTokenIds: [1, 2, 3] } },
    { from: 2, params: { bannedTokenIds: [1, 2, 3] } },
  ];
  const start = bytes();
  const open = (request: GenerateRequest) =>
    engine.open({ maxTokens: 9, ...request }, { next() {}, error() {}, complete() {} });
  const handle = open({ phases, sequenceId: 9 });
  const two = bytes() - start;
  const other = open({ phases: phases.slice(1), sequenceId: 10 });
  expect(bytes() - start).toBe(two);
  expect(() => open({ phases: [...phases, { from: 0, params: { topK: 3, chain: ["custom:none"] } }] })).toThrow(
    '"phases[2].params" expected no unknown "chain" stage "custom:none"',
  );
  expect(() => open({ phases, sequenceId: 9 })).toThrow("is open");
  handle.cancel();
  other.cancel();
  while (engine.stats().active > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(bytes()).toBe(start);
  engine.record({ phases, sequenceId: 9 });
  expect(bytes()).toBe(start);
});

it("children have the phases of their request, a beam search none", async () => {
  const phases: Phase[] = [{ from: 3, params: { allowedTokenIds: [5] } }];
  const events = await collect(engine.generateMany({ phases, maxTokens: 5, seed: 1 }, 3));
  expect(events.filter(({ index, tokenId }) => index >= 3 && tokenId === 5)).toHaveLength(6);
  const search = engine.beamSearch({ phases, maxTokens: 2 }, { beamWidth: 2 });
  await expect(lastValueFrom(search)).rejects.toThrow('"phases" expected nothing in beam search');
});

const phased = (params: object, from: unknown = 0): object => ({
  phases: [
    { from: 1, params: {} },
    { from, params },
  ],
});

it.each<[object, string]>([
  [{ phases: {} }, '"phases" expected array of at most 16 phases, got an object'],
  [{ phases: Array.from({ length: 17 }, () => ({ from: 1, params: {} })) }, '"phases" expected at most 16 phases'],
  [{ phases: [5] }, '"phases[0]" expected object, got 5'],
  [{ phases: [{ from: 1, param: {} }] }, 'unknown phase field "param", did you mean "params"?'],
  [{ phases: [{ from: 1 }] }, '"phases[0].params" expected an object, got undefined'],
  [phased({ topP: 2 }), '"phases[1].params.topP" expected number in (0, 1], got 2'],
  [phased({ topp: 0.5 }), '"phases[1].params" expected no unknown parameter "topp", did you mean "topP"?'],
  [phased({ bannedTokenIds: [1, 99] }), '"phases[1].params.bannedTokenIds[1]" expected token id in [0, 9], got 99'],
  [phased({ chain: ["custom:x"] }), 'unknown "chain" stage "custom:x"'],
  ...[
    "seed",
    "stopTokenIds",
    "minTokens",
    "logprobs",
    "logprobTokenIds",
    "logprobsMode",
    "samplingMask",
    "profile",
  ].map((name): [object, string] => [
    phased({ [name]: 1 }),
    `"phases[1].params.${name}" expected nothing, as it is the whole request's, got 1`,
  ]),
  [phased({}, -1), '"phases[1].from" expected integer in [0, 16777216], got -1'],
  [phased({}, "end"), '"phases[1].from" expected "thinking", "answer", the place of an output token'],
  [{ phases: [{ params: {} }] }, '"phases[0].from" expected "thinking", "answer"'],
  [phased({}, {}), '"phases[1].from" expected "thinking", "answer"'],
  [phased({}, { text: "a", tokenIds: [1] }), '"phases[1].from" expected "thinking", "answer"'],
  [phased({}, { text: "" }), '"phases[1].from.text" expected well-formed string of 1 to 256'],
  [phased({}, { text: [1] }), '"phases[1].from.text" expected string, got an array of 1'],
  [phased({}, { tokenIds: [10] }), '"phases[1].from.tokenIds[0]" expected token id in [0, 10), got 10'],
  [phased({}, { tokenIds: "a" }), '"phases[1].from.tokenIds" expected array of token ids, got "a"'],
  [{ ...phased({ synthIdKeys: [1, 2] }), synthIdDepth: 3 }, '"phases[1].params.synthId'],
  [{ phases: [{ from: 1, params: {} }], thinking: {} }, 'or "phases" from thinking or answer'],
])("refuses %j", (fields, message) => {
  expect(() => engine.open(fields as GenerateRequest, {} as never)).toThrow(message);
});
