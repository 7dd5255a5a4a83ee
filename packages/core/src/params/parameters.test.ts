import { describe, expect, it } from "vitest";
import { samplerNames, samplers } from "../samplers/table.ts";
import type { ParameterKind } from "../kinds/parameter.ts";
import { parameters } from "./parameters.ts";
import { validateParams } from "./validateParams.ts";
import { withDefaults } from "./withDefaults.ts";
import { profiles } from "../profiles/index.ts";
import type { SamplingParams } from "./samplingParams.ts";

const vocabSize = 100;
const validate = (params: object): void => validateParams(params, vocabSize, 20);

/** Below, at and above the ends of each range of numbers, by the text in `expected`. */
interface Range {
  refused: number[];
  accepted: number[];
}
const least = Number.MIN_VALUE;
const belowOne = 1 - 2 ** -53;
const aboveOne = 1 + 2 ** -52;
const ranges: Readonly<Record<string, Range>> = {
  "number ≥ 0, finite": { refused: [-least, -1, Infinity, -Infinity], accepted: [0, -0, least, 1e308] },
  "number > 0, finite": { refused: [-least, 0, -0, Infinity], accepted: [least, 1, 1e308] },
  "number in (0, 1]": { refused: [-least, 0, aboveOne, Infinity], accepted: [least, 0.5, 1] },
  "number in [0, 1]": { refused: [-least, aboveOne, Infinity], accepted: [0, least, 1] },
  "number in [0, 1)": { refused: [-least, 1, aboveOne, Infinity], accepted: [0, least, belowOne] },
  "number in [1, 3]": { refused: [belowOne, 3.0000000000000004, Infinity], accepted: [1, 2, 3] },
  "number in [1, 1000]": { refused: [belowOne, 1000.0000000000001, Infinity], accepted: [1, 1.75, 1000] },
  "number in [0, 100]": { refused: [-least, 100.00000000000001, Infinity], accepted: [0, 5, 100] },
  "number in [0, 0.99]": { refused: [-least, 0.9900000000000001, Infinity], accepted: [0, 0.9, 0.99] },
  "number in [0, 1], or -1": { refused: [-least, -2, aboveOne, Infinity], accepted: [-1, 0, least, 1] },
  "integer in [0, 2]": { refused: [-1, 0.5, 3, Infinity], accepted: [0, 1, 2] },
  "number in [-10, 10]": { refused: [-10.000000000000002, 10.000000000000002, Infinity], accepted: [-10, 0, 10] },
  "number in [-2, 2]": { refused: [-2.0000000000000004, 2.0000000000000004, Infinity], accepted: [-2, 0, 2] },
  "integer in [0, 2147483647]": { refused: [-1, 0.5, 2 ** 31, Infinity], accepted: [0, 1, 20] },
  "integer in [-1, 2147483647]": { refused: [-2, 0.5, 2 ** 31, Infinity], accepted: [-1, 0, 2 ** 31 - 1] },
};

const numeric = parameters.filter(({ kind }) => kind === "number" || kind === "integer");
/** Values of another kind than the parameter's. */
const wrongKinds: Readonly<Partial<Record<ParameterKind, unknown[]>>> = {
  number: ["1", 1n, true, null, [1], {}],
  integer: ["1", 1n, true, null, [1], {}],
  seed: ["1", true, null, [1], {}],
  choice: [1, null, true, ["hf"], {}],
  tokenIds: [1, "1", null, {}, new Set([1])],
  bias: [1, "1", null, [[1, 2]]],
  boolean: [1, "true", null, [true], {}],
  tokenSequences: [1, "1", null, {}],
  sequenceBiases: [1, "1", null, {}],
  numbers: [1, "1", null, {}],
  stages: [1, "topK", null, {}, [1], [["topK"]]],
};

it("every parameter is read by a stage, by the plan or by the engine", () => {
  const read = new Set<string>(samplerNames.flatMap((name) => samplers[name].reads));
  const others = ["profile", "seed", "logprobs", "logprobTokenIds", "samplingMask", "logprobsMode", "chain"];
  expect(parameters.map(({ name }) => name).filter((name) => !read.has(name) && !others.includes(name))).toEqual([]);
  expect([...read].filter((name) => !parameters.some((parameter) => parameter.name === name))).toEqual([]);
});

describe("ranges", () => {
  it.each(numeric)("$name: its ends are inside, what lies beyond is refused", ({ name, expected, faultOf }) => {
    const { refused, accepted } = ranges[expected] ?? { refused: [], accepted: [] };
    // a range that the table does not name yet is still checked for NaN and by its own `faultOf`
    for (const value of [...refused, Number.NaN]) {
      const message = `"${name}" expected ${expected}, got ${value}`;
      expect(() => validate({ [name]: value })).toThrow(new RangeError(message));
    }
    for (const value of accepted) expect(() => validate({ [name]: value })).not.toThrow();
    expect(faultOf(Number.NaN, vocabSize)).toEqual({ value: Number.NaN });
  });

  it.each(parameters)("$name: a value of the wrong kind is a TypeError", ({ name, kind, expected }) => {
    for (const value of wrongKinds[kind] ?? []) {
      expect(() => validate({ [name]: value })).toThrow(TypeError);
      expect(() => validate({ [name]: value })).toThrow(`"${name}" expected ${expected}, got `);
    }
  });

  it.each(parameters.filter(({ kind }) => kind === "choice"))(
    "$name: only its choices",
    ({ name, expected, choices }) => {
      for (const value of choices ?? []) expect(() => validate({ [name]: value })).not.toThrow();
      expect(() => validate({ [name]: "other" })).toThrow(
        new RangeError(`"${name}" expected ${expected}, got "other"`),
      );
      expect(() => validate({ [name]: "toString" })).toThrow(RangeError);
    },
  );

  it.each(parameters.filter(({ kind }) => kind === "tokenIds"))("$name: names the bad id", ({ name }) => {
    for (const id of [-1, 100, 1.5, Number.NaN, "3", undefined]) {
      expect(() => validate({ [name]: [0, 99, id] })).toThrow(RangeError);
      expect(() => validate({ [name]: [0, 99, id] })).toThrow(`"${name}[2]" expected token id in [0, 99], got `);
    }
    expect(() => validate({ [name]: [0, 99, 98] })).not.toThrow();
  });

  it("logprobTokenIds: no id twice, at most what there is room for and never more than 4096", () => {
    expect(() => validate({ logprobTokenIds: [7, 99, 7] })).toThrow(
      new RangeError('"logprobTokenIds[2]" expected token id that comes once, got 7'),
    );
    expect(() => validate({ bannedTokenIds: [7, 99, 7] })).not.toThrow();
    const ids = (count: number): number[] => Array.from({ length: count }, (_, id) => id);
    const check = (count: number, most?: number): void =>
      validateParams({ logprobTokenIds: ids(count) }, 5000, 20, [], most);
    expect(() => check(128)).not.toThrow();
    expect(() => check(129)).toThrow(
      new RangeError('"logprobTokenIds" expected at most 128 ids (maxLogprobTokenIds), got an array of 129'),
    );
    expect(() => check(4096, 4096)).not.toThrow();
    expect(() => check(4097, 5000)).toThrow(
      new RangeError(
        '"logprobTokenIds" expected array of at most 4096 distinct token ids inside the vocabulary, got an array of 4097',
      ),
    );
  });

  it("logprobTokenIds turn log-probabilities on", () => {
    expect(withDefaults({ logprobTokenIds: [3] }).logprobs).toBe(0);
    expect(withDefaults({ logprobTokenIds: [3], logprobs: 2 }).logprobs).toBe(2);
    expect(withDefaults({ logprobTokenIds: [] })).not.toHaveProperty("logprobs");
  });

  it("allowedTokenIds cannot be empty, the other lists can", () => {
    expect(() => validate({ allowedTokenIds: [] })).toThrow(
      '"allowedTokenIds" expected non-empty array of token ids inside the vocabulary, got an array of 0',
    );
    expect(() => validate({ bannedTokenIds: [], stopTokenIds: [] })).not.toThrow();
  });

  it("logitBias: ids inside the vocabulary, biases in [-100, 100], and -Infinity", () => {
    const expected = "number in [-100, 100], where -100 bans";
    for (const bias of [-100.1, 100.1, Infinity, Number.NaN, "1"]) {
      const refusal = () => validate({ logitBias: { 3: 1, 7: bias } });
      expect(refusal).toThrow(RangeError);
      expect(refusal).toThrow(`"logitBias[7]" expected ${expected}, got ${typeof bias === "string" ? '"1"' : bias}`);
    }
    for (const id of ["100", "-1", "1.5", "0x1", "", " 1", "1e1", "01", "00"]) {
      expect(() => validate({ logitBias: { 5: 1, [id]: 1 } })).toThrow(
        new RangeError(`"logitBias" expected keys that are token ids in [0, 99], got "${id}"`),
      );
    }
    for (const id of [100, -1, 1.5, Number.NaN]) {
      expect(() => validate({ logitBias: new Map([[id, 1]]) })).toThrow(`token ids in [0, 99], got ${id}`);
    }
    for (const bias of [-100, 100, 0, -Infinity]) expect(() => validate({ logitBias: { 99: bias } })).not.toThrow();
    expect(() => validate({ logitBias: {} })).not.toThrow();
  });

  it("seed: a safe integer or 64 bits, with a sign or without", () => {
    for (const seed of [0.5, 2 ** 53, -(2 ** 53), Number.NaN, Infinity, 1n << 64n, -(1n << 63n) - 1n]) {
      expect(() => validate({ seed })).toThrow(RangeError);
    }
    expect(() => validate({ seed: 2 ** 53 })).toThrow(
      '"seed" expected integer in [-2^63, 2^64), a bigint where it is no safe integer, got 9007199254740992',
    );
    for (const seed of [0, 2 ** 53 - 1, 0n, (1n << 64n) - 1n, -1, -1n, -7, -(1n << 63n)])
      expect(() => validate({ seed })).not.toThrow();
  });

  it("logprobs: at most the capacity of the sampler", () => {
    expect(() => validate({ logprobs: 20 })).not.toThrow();
    expect(() => validate({ logprobs: 21 })).toThrow(
      new RangeError('"logprobs" expected integer in [0, 20] (maxLogprobs), got 21'),
    );
  });
});

describe("names", () => {
  it.each(parameters)("$name is suggested for a slip of its name", ({ name }) => {
    const slip = `${name.slice(0, -1)}_${name.slice(-1)}`;
    expect(() => validate({ [slip]: 1 })).toThrow(`unknown parameter "${slip}", did you mean "${name}"?`);
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const names = [snake].filter((other) => other !== name);
    for (const other of names) expect(() => validate({ [other]: 1 })).toThrow(`did you mean "${name}"?`);
  });

  it("an unknown parameter is refused even when its value is undefined", () => {
    expect(() => validate({ frequencyPenalties: undefined })).toThrow(
      new TypeError('unknown parameter "frequencyPenalties", did you mean "frequencyPenalty"?'),
    );
    expect(() => validate({ top_p: 0.9 })).toThrow('did you mean "topP"?');
    expect(() => validate({ constructor: 1 })).toThrow('unknown parameter "constructor"');
  });

  it("a known parameter may be undefined", () => {
    expect(() => validate(Object.fromEntries(parameters.map(({ name }) => [name, undefined])))).not.toThrow();
  });
});

describe("defaults", () => {
  it("are those of the profile; what is given wins, undefined does not", () => {
    expect(withDefaults({})).toEqual({ profile: "tokenmill" });
    const given = { profile: "llama.cpp", topK: 5, topP: undefined } as unknown as SamplingParams;
    expect(withDefaults(given)).toEqual({ ...profiles["llama.cpp"].defaults, profile: "llama.cpp", topK: 5 });
  });
});
