/** `tokenmill stream` as a user runs it. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SequenceErrorEvent, TokenEvent } from "@tokenmill/core";
import { createFrameDecoder, decodeNdjson } from "tokenmill";
import { afterAll, describe, expect, it } from "vitest";
import { finished, linesOf, start, tokenmill } from "./helpers/tokenmill.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenmill-e2e-"));
afterAll(() => rmSync(folder, { recursive: true }));

const synthetic = ["--source", "synthetic", "--vocab-size", "1000"];

/** Token ids by sequence, in the order of their events. */
function tokensOf(stdout: string): Map<number, number[]> {
  const tokens = new Map<number, number[]>();
  for (const { sequenceId, index, tokenId } of linesOf<TokenEvent>(stdout)) {
    const own = tokens.get(sequenceId as number) ?? [];
    expect(index).toBe(own.length);
    own.push(tokenId);
    tokens.set(sequenceId as number, own);
  }
  return tokens;
}

describe("the default job", () => {
  it("streams text of eight prompts from the embedded model and ends by itself with exit code 0", async () => {
    const { code, stdout, stderr } = await tokenmill(["stream", "--count", "2", "--max-tokens", "8", "--seed", "7"]);
    expect(stderr).toContain("128 in ");
    expect(stderr).toContain("repeat with    --seed 7");
    expect(stdout.split("\n")).toHaveLength(9);
    expect(stdout).toContain("[0] Call me Ishmael. → ");
    expect(code).toBe(0);
  });

  it("ends a sequence that goes round in a loop, and says so", async () => {
    const loop = ["stream", "--prompt", "On", "--temperature", "0", "--repetition-detection"];
    const { code, stdout, stderr } = await tokenmill([...loop, '{"maxPatternSize": 32, "minCount": 3}']);
    expect(stdout).toMatch(/and the United States, and the United States, and \(repetition\)\n$/);
    expect(stderr).toContain("1 (1 repetition)");
    expect(code).toBe(0);
    const refused = await tokenmill([...loop, '{"maxPatternSize": 32}']);
    expect(refused.stderr).toContain('"repetitionDetection.minCount" expected integer in [2, 16777216], got undefined');
    expect(refused.code).toBe(2);
  });

  it("keeps texts out of what it writes, and says what that took", async () => {
    const args = ["stream", "--prompt", "On", "--count", "8", "--seed", "3", "--max-tokens", "60"];
    const bans = [
      "--banned-strings",
      " THE",
      "--banned-regex",
      "[,;] ",
      "--banned-n",
      "-1",
      "--rewind-count-max",
      "40",
    ];
    const plain = await tokenmill(args);
    expect(plain.stdout).toMatch(/ the[^]*, /);
    const { code, stdout, stderr } = await tokenmill([...args, ...bans]);
    expect(stdout).not.toMatch(/ the|[,;] /i);
    expect(stderr).toMatch(/\ntaken back +\d+ tokens more, for banned texts\n/);
    expect(code).toBe(0);
    const refused = await tokenmill([...args, "--banned-regex", "a*"]);
    expect(refused.stderr).toContain("bannedRegex");
    expect(refused.code).toBe(2);
  });

  it("draws with other parameters from some place on", async () => {
    const args = ["stream", "--prompt", "On", "--seed", "3", "--max-tokens", "6", "--phases"];
    const phases = [{ from: 2, params: { allowedTokenIds: [11] } }];
    const { code, stdout } = await tokenmill([...args, JSON.stringify(phases)]);
    expect(stdout).toMatch(/[^,],{4} \(length\)\n$/);
    expect(code).toBe(0);
    const refused = await tokenmill([...args, '[{"from": 2, "params": {"topP": 2}}]']);
    expect(refused.stderr).toContain('"phases[0].params.topP" expected number in (0, 1], got 2');
    expect(refused.code).toBe(1);
    const none = await tokenmill([...args, "{}"]);
    expect(none.stderr).toContain('"phases" expected a JSON array, got "{}"');
  });

  it("gives its summary alone on stdout with --json", async () => {
    const args = ["stream", "--count", "2", "--max-tokens", "3", "--seed", "18446744073709551615", "--json"];
    const { code, stdout } = await tokenmill(args);
    expect(JSON.parse(stdout)).toMatchObject({
      sequences: 16,
      finished: 16,
      failed: 0,
      tokens: 48,
      takenBack: 0,
      finishReasons: { length: 16, stop: 0, repetition: 0 },
      seed: "18446744073709551615",
      source: "embedded",
      vocabSize: 50_257,
    });
    expect(code).toBe(0);
  });
});

describe("events", () => {
  it("are the same for 0, 1 and 2 workers and for concurrency 1 and 64, each sequence in order", async () => {
    const args = [
      "stream",
      "--count",
      "6",
      "--max-tokens",
      "12",
      "--seed",
      "1",
      "--format",
      "ndjson",
      "--logprobs",
      "2",
    ];
    const runs = await Promise.all(
      [
        ["--workers", "0"],
        ["--workers", "1", "--concurrency", "1"],
        ["--workers", "2", "--concurrency", "64", "--slots", "5"],
      ].map((flags) => tokenmill([...args, ...flags])),
    );
    const all = runs.map(({ stdout }) => tokensOf(stdout));
    expect([...all[0]!.keys()]).toHaveLength(48);
    expect(new Set(all[0]!.values()).size).toBe(48);
    for (const tokens of all) expect(tokens).toEqual(all[0]);
    const [event] = linesOf<TokenEvent>(runs[0]!.stdout);
    expect(event!.topLogprobs).toHaveLength(2);
    expect(event!.logprob).toBeLessThanOrEqual(0);
  });

  it("go to --output as NDJSON, and end with usage and a finish reason", async () => {
    const output = join(folder, "events.ndjson");
    const { code, stdout } = await tokenmill([
      ...["stream", "--prompt", "The whale", "--max-tokens", "5", "--output", output],
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const events = linesOf<TokenEvent>(readFileSync(output, "utf8"));
    expect(events).toHaveLength(5);
    expect(events.at(-1)).toMatchObject({
      finishReason: "length",
      usage: { promptTokens: 2, completionTokens: 5 },
    });
  });

  it("are the same as msgpack frames and as NDJSON, ids of 64 bits included", async () => {
    const path = join(folder, "requests.ndjson");
    writeFileSync(
      path,
      '{"prompt": "The", "sequenceId": "18446744073709551615", "maxTokens": 4, "logprobs": 1}\n{"topP": 2}\n',
    );
    const args = ["stream", "--prompts", path, "--seed", "3"];
    const frames = join(folder, "events.msgpack");
    await tokenmill([...args, "--format", "msgpack", "--output", frames]);
    const { stdout } = await tokenmill([...args, "--format", "ndjson"]);
    const events = createFrameDecoder().push(readFileSync(frames));
    expect(events).toHaveLength(5);
    expect(events.find(({ sequenceId }) => sequenceId !== 1)).toMatchObject({
      sequenceId: 18446744073709551615n,
      index: 0,
    });
    // when the refused request is reported among the other's tokens is a matter of time
    const inOrder = (all: typeof events): typeof events =>
      all.toSorted((a, b) => String(a.sequenceId).localeCompare(String(b.sequenceId)));
    expect(inOrder(events)).toEqual(inOrder(stdout.trim().split("\n").map(decodeNdjson)));
  });

  it("begin with the prompt's scores where they are asked for", async () => {
    const args = ["stream", "--prompt", "The whale", "--seed", "3", "--max-tokens", "2", "--format", "ndjson"];
    const { stdout } = await tokenmill([...args, "--prompt-logprobs", "1"]);
    const [first, second] = stdout.trim().split("\n").map(decodeNdjson) as TokenEvent[];
    const whale = { text: " whale", rank: expect.any(Number) as number, topLogprobs: [expect.anything()] };
    expect(first!.promptLogprobs).toMatchObject([null, whale]);
    expect(second!.promptLogprobs).toBeUndefined();
    const { promptLogprobs: _, ...plain } = first!;
    const without = await tokenmill(args);
    expect([plain, second]).toEqual(without.stdout.trim().split("\n").map(decodeNdjson));
  });

  it("stop where a regular expression matches, and refuse what is none once", async () => {
    const args = [
      "stream",
      "--prompt",
      "The people",
      "--stop-regex",
      "\\bt\\w+\\b",
      "--seed",
      "2",
      "--format",
      "ndjson",
    ];
    const { stdout } = await tokenmill([...args, "--temperature", "0.5", "--max-tokens", "200"]);
    const { finishReason, stopReason, stopText } = linesOf<TokenEvent>(stdout).at(-1)!;
    expect([finishReason, stopReason]).toEqual(["stop", "\\bt\\w+\\b"]);
    expect(stopText).toMatch(/^t\w+$/);
    const refused = await tokenmill(["stream", "--prompt", "a", "--count", "3", "--stop-regex", "a*"]);
    expect(refused.stderr.trim()).toBe('tokenmill: "stopRegex[0]" expected one that does not match the empty text');
    expect(refused.code).toBe(2);
  });

  it("stop at a stop string, which is not part of the text", async () => {
    const args = ["stream", "--prompt", "The people", "--stop", " the", "--seed", "2", "--format", "ndjson"];
    const { stdout } = await tokenmill([...args, "--temperature", "0.5", "--max-tokens", "200"]);
    const events = linesOf<TokenEvent>(stdout);
    expect(events.at(-1)).toMatchObject({ finishReason: "stop", stopReason: " the" });
    expect(events.map(({ text }) => text).join("")).not.toContain(" the");
  });
});

describe("requests from stdin", () => {
  it("have parameters of their own; a bad one fails alone, with its line", async () => {
    const stdin = [
      '{"prompt": "Call me", "temperature": 0, "maxTokens": 3}',
      '{"prompt": "Call me", "topP": 1.5}',
      "no json",
      '{"prompt": "Call me", "tempratur": 1}',
      "",
      '{"prompt": [7, 50257]}',
      '{"prompt": "Call me", "temperature": 0, "maxTokens": 3, "sequenceId": 77}',
    ].join("\n");
    const { code, stdout, stderr } = await tokenmill(["stream", "--prompts", "-", "--format", "ndjson"], { stdin });
    expect(code).toBe(1);
    expect(stderr).toContain('line 2: "topP" expected number in (0, 1], got 1.5');
    expect(stderr).toContain("line 3: ");
    expect(stderr).toContain('line 4: unknown request field "tempratur", did you mean "temperature"?');
    expect(stderr).toContain('line 6: "prompt[1]" expected token id in [0, 50257), got 50257');
    const events = linesOf<TokenEvent | SequenceErrorEvent>(stdout);
    const ids = (sequenceId: number): unknown[] =>
      events.flatMap((event) => ("tokenId" in event && event.sequenceId === sequenceId ? [event.tokenId] : []));
    expect(ids(0)).toHaveLength(3);
    expect(ids(77)).toEqual(ids(0));
    expect(events.filter(({ finishReason }) => finishReason === "error")).toHaveLength(4);
  });
});

describe("endings", () => {
  it("a reader that leaves (`| head -5`) ends it quietly", async () => {
    const child = start(["stream", ...synthetic, "--max-tokens", "100000", "--format", "ndjson"]);
    child.stdin.end();
    await once(child.stdout, "data");
    child.stdout.destroy();
    const { code, stderr } = await finished(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("SIGINT stops it with exit code 130, what was produced written, a summary given", async () => {
    const child = start(["stream", ...synthetic, "--max-tokens", "1000000", "--format", "ndjson"]);
    child.stdin.end();
    const end = finished(child);
    await once(child.stdout, "data");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await end;
    expect(code).toBe(130);
    expect(stderr).toMatch(/sequences +256 \(256 interrupted\)/);
    const printed = Number(/tokens +([\d,]+) in/.exec(stderr)![1]!.replaceAll(",", ""));
    expect(linesOf(stdout)).toHaveLength(printed);
  });

  it("a full disk is an error with the output's name", async () => {
    const { code, stderr } = await tokenmill(["stream", ...synthetic, "--max-tokens", "9", "--output", "/dev/full"]);
    expect(stderr).toContain('cannot write "/dev/full"');
    expect(stderr).toContain("no space left on device (ENOSPC)");
    expect(code).toBe(1);
  });

  it("an unreadable cache is a warning, not a failure", async () => {
    const args = ["stream", "--prompt", "The", "--max-tokens", "2", "--cache-dir", "/dev/null/nowhere"];
    const { code, stderr } = await tokenmill(args);
    expect(stderr).toContain("cannot cache the model");
    expect(code).toBe(0);
  });

  it.each([
    [["stream", "--temprature", "1"], "Did you mean --temperature?"],
    [["strem"], "Did you mean stream?"],
    [["stream", "--temp", "1"], `unknown option '--temp': it is "--temperature" here\n`],
    [["sample", "--rep-pen=1.1"], `unknown option '--rep-pen': it is "--repetition-penalty" here\n`],
    [
      ["stream", "--num_beams", "2"],
      "unknown option '--num_beams': beam search is in the library only, engine.beamSearch\n",
    ],
    [["stream", "--num-return-sequences", "2"], `unknown option '--num-return-sequences': it is "--count" here\n`],
    [["serve", "--temp", "1"], "unknown option '--temp'\n"],
    [["serve", "--cluster-name", "a"], "--cluster-name has an effect with --cluster only"],
    [["playground", "--cluster-lease", "1000"], "--cluster-lease has an effect with --cluster only"],
    [["load", "--cluster-ca", "a.pem"], "--cluster-ca has an effect with --cluster only"],
    [["batch", "a.jsonl", "--output", "b", "--cluster-name", "a"], "--cluster-name has an effect with --cluster only"],
    [["stream", "--top-p", "1.5"], '"topP" expected number in (0, 1], got 1.5'],
    [["stream", "--workers", "-1"], '"workers" expected integer in [0, 256]'],
    [
      ["stream", "--source", "nothing"],
      '"source" expected embedded, synthetic, trace:<file> or module:<file>, got "nothing"',
    ],
    [["stream", "--vocab-size", "9"], "--vocab-size has an effect with --source synthetic only"],
    [["stream", ...synthetic, "--logit-bias", '{"1000": 1}'], '"logitBias" expected keys that are token ids in [0, '],
    [["stream", "--prompt", "a", "--prompts", "-"], "--prompt and --prompts exclude each other"],
    [["stream", "--json", "--format", "sse"], "--format has an effect beside --json with --output only"],
  ])("wrong usage %j is exit code 2 and says why", async (args, message) => {
    const { code, stdout, stderr } = await tokenmill(args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("`tokenmill load` is the load tester, with its own flags and exit codes", async () => {
    const help = await tokenmill(["load", "--help"]);
    expect(help.stdout).toContain("tokenmill-load");
    expect((await tokenmill(["load", "--no-such-flag"])).code).toBe(2);
  });

  it("a source's rows come from a .npy file, and a damaged one is named", async () => {
    const path = join(folder, "damaged.npy");
    writeFileSync(path, "no array");
    const { code, stderr } = await tokenmill(["stream", "--source", `trace:${path}`]);
    expect(stderr).toContain(`"${path}" expected a .npy file`);
    expect(code).toBe(1);
  });
});

describe("forms of the output", () => {
  const n = { type: "integer", minimum: -5, maximum: 120 };
  const schema = { type: "object", properties: { n }, required: ["n"], additionalProperties: false };
  const fileOf = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const run = (args: readonly string[]): ReturnType<typeof tokenmill> =>
    tokenmill(["stream", "--prompt", "x", "--count", "4", "--seed", "3", "--max-tokens", "60", ...args]);

  it.each([
    ["--json-schema", () => [fileOf("schema.json", JSON.stringify(schema))], /^\{"n": -?\d+\}$/],
    ["--regex", () => ["[а-я]{2}\\d"], /^[а-я]{2}\d$/],
    ["--choice", () => ["January", "--choice", "February", "--choice", "March"], /^(?:January|February|March)$/],
    ["--grammar", () => [fileOf("g.ebnf", 'root ::= "a" root "b" | "c"')], /^a*cb*$/],
    ["--grammar", () => [fileOf("g.lark", 'start: "a" "b"~2..3')], /^ab{2,3}$/],
    [
      "--structural-tag",
      () => [
        fileOf(
          "t.json",
          JSON.stringify({ format: { type: "tag", begin: "<", content: { type: "regex", pattern: "\\d" }, end: ">" } }),
        ),
      ],
      /^<\d>$/,
    ],
  ])("%s holds", async (flag, values, expected) => {
    const { code, stdout } = await run([flag, ...values()]);
    const texts = [...stdout.matchAll(/^\[\d\] x → (.*) \(stop\)$/gm)].map(([, text]) => text);
    expect(texts).toHaveLength(4);
    for (const text of texts) expect(text).toMatch(expected);
    expect(code).toBe(0);
  });

  it("come in lines of requests too, and a bad one fails its line alone", async () => {
    const lines = [{ choice: ["yes", "no"] }, { regex: "(" }, { jsonSchema: schema }];
    const path = fileOf("forms.ndjson", lines.map((line) => JSON.stringify({ prompt: "x", ...line })).join("\n"));
    const { code, stdout, stderr } = await tokenmill([
      "stream",
      "--prompts",
      path,
      "--seed",
      "3",
      "--max-tokens",
      "60",
    ]);
    expect(stdout).toMatch(/→ (?:yes|no) \(stop\)/);
    expect(stdout).toMatch(/→ \{"n": -?\d+\} \(stop\)/);
    expect(stderr).toContain('"regex" expected a regular expression: Unterminated group');
    expect(code).toBe(1);
  });

  it.each([
    [["--regex", "("], '"regex" expected a regular expression: Unterminated group'],
    [["--regex", "a", "--choice", "b"], "--regex and --choice exclude each other: an output has one form"],
    [["--regex", "a", "--source", "synthetic"], "--regex needs a source whose tokens are text with an end"],
    [["--json-schema", join(folder, "none.json")], "none.json"],
  ])("%j is a usage error or a file that is not there", async (args, message) => {
    const { code, stderr } = await run(args);
    expect(stderr).toContain(message);
    expect(code).toBeGreaterThan(0);
  });
});
