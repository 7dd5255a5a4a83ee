/** `tokenmill explain` as a user runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { tokenmill } from "./helpers/tokenmill.ts";

interface Explanation {
  tokens: { token: string }[];
  softmax: number[];
  temperature: { temperature: number; probs: number[] }[];
  topK: { topK: number; probs: number[] }[];
  topP: { topP: number; probs: number[] }[];
  chain: { stage: string; keptCount: number; keptMass: number }[];
  draws: { count: number; counts: number[]; pValue: number };
}

const folder = mkdtempSync(join(tmpdir(), "tokenmill-explain-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the article's row", () => {
  it("has its probabilities, to four digits, and the settings of its figures", async () => {
    const { code, stdout } = await tokenmill(["explain", "--json", "--top-k", "3", "--temperature", "0.5"]);
    const { softmax, temperature, topK, topP, chain, draws } = JSON.parse(stdout) as Explanation;
    expect(softmax.map((p) => p.toFixed(4))).toEqual(["0.0457", "0.1017", "0.4556", "0.2764", "0.0832", "0.0374"]);
    expect(temperature.map((step) => step.temperature)).toEqual([0.1, 0.5, 1, 3, 10]);
    expect(topK.map(({ probs }) => probs.filter((p) => p > 0).length)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(topP.map(({ probs }) => probs.filter((p) => p > 0).length)).toEqual([1, 2, 2, 4, 6]);
    expect(chain.map(({ stage, keptCount }) => [stage, keptCount])).toEqual([
      ["softmax", 6],
      ["temperature", 6],
      ["topK", 3],
    ]);
    expect(draws.counts.reduce((a, b) => a + b)).toBe(10_000);
    expect(draws.pValue).toBeGreaterThan(1e-4);
    expect(code).toBe(0);
  });

  it("is a walk in five sections as text", async () => {
    const { stdout } = await tokenmill(["explain"]);
    expect(stdout.match(/^\d\. .*/gm)).toHaveLength(5);
    expect(stdout).toContain("nice        2   3.50  0.4556  ████");
  });

  it("is drawn into SVG and PNG files", async () => {
    const { stderr } = await tokenmill(["explain", "--svg", folder, "--png", join(folder, "png"), "--draws", "1"]);
    expect(stderr.match(/wrote /g)).toHaveLength(6);
    expect(readFileSync(join(folder, "top-k.svg"), "utf8")).toContain("0.5465");
    expect(readFileSync(join(folder, "png/temperature.png")).subarray(1, 4).toString()).toBe("PNG");
  });
});

describe("a form of the output", () => {
  const months = ["--prompt", "The month is", "--choice", "January", "--choice", "June"];

  it("is a stage that leaves what may follow the output so far", async () => {
    const { stdout } = await tokenmill([
      "explain",
      ...months,
      "--written",
      "J",
      "--draws",
      "100",
      "--top",
      "8",
      "--json",
    ]);
    const { tokens, chain, draws } = JSON.parse(stdout) as Explanation;
    expect(chain.map(({ stage }) => stage)).toEqual(["softmax", "grammar"]);
    const texts = ["January", "June"].map((month) => month.slice(1));
    const counts = tokens.map(({ token }, i) => [token, draws.counts[i]!] as const);
    const drawn = counts.filter(([, count]) => count > 0).map(([token]) => token);
    expect(drawn.length).toBeGreaterThan(1);
    expect(drawn.filter((token) => !texts.some((text) => text.startsWith(token)))).toEqual([]);
    // of the tokens that are shown, half are forbidden
    expect(tokens.filter(({ token }) => !texts.some((text) => text.startsWith(token)))).toHaveLength(4);
  });

  it("is refused if it does not allow what is written, or has no text row", async () => {
    const { code, stderr } = await tokenmill(["explain", ...months, "--written", "X"]);
    expect(stderr).toContain('"written" expected text that --choice allows, got "X" as its token 0');
    expect(code).toBe(2);
    const { stderr: other } = await tokenmill(["explain", "--choice", "May"]);
    expect(other).toContain("--choice has an effect with --prompt only");
  });
});

describe("other rows", () => {
  it("come from a prompt on the embedded model", async () => {
    const { stdout } = await tokenmill(["explain", "--prompt", "Call me", "--draws", "100", "--top", "3"]);
    expect(stdout).toContain("“Call me”: 50,257 tokens");
    expect(stdout).toContain("… 50,254 more");
  });

  it("are no sparse ones, which a draw from the same source takes", async () => {
    const core = createRequire(import.meta.url).resolve("@tokenmill/core");
    const code = `
      import { writeSparseRow } from ${JSON.stringify(pathToFileURL(core).href)};
      const sparse = { tokenIds: [3, 4], logits: [5, 4], restLogSumExp: 0 };
      const tokenizer = { vocabSize: 64, eosTokenId: 0, encode: () => [1], tokenBytes: () => Buffer.from("a") };
      const fillRows = async (rows) => rows.forEach(({ row }) => writeSparseRow(row, sparse));
      export default { kind: "batch", name: "largest", vocabSize: 64, dtype: "f32", tokenizer, fillRows };`;
    const path = join(folder, "sparse.mjs");
    writeFileSync(path, code);
    const prompt = ["--source", `module:${path}`, "--prompt", "a", "--temperature", "0"];
    const sampled = await tokenmill(["sample", ...prompt, "--json"]);
    expect(JSON.parse(sampled.stdout)).toMatchObject({ tokenId: 3 });
    const { code: exitCode, stderr } = await tokenmill(["explain", ...prompt]);
    expect(stderr).toBe("tokenmill: --prompt needs whole rows, largest gives their largest logits only\n");
    expect(exitCode).toBe(2);
  });

  it("come from names and logits, with a history for penalties", async () => {
    const logits = '{"yes": 2, "no": 1.5, "never": "-Infinity"}';
    const args = ["explain", "--logits", logits, "--history", '["yes"]', "--presence-penalty", "2", "--json"];
    const { chain } = JSON.parse((await tokenmill(args)).stdout) as Explanation;
    expect(chain.map(({ stage }) => stage)).toEqual(["softmax", "penalties"]);
  });

  it.each([
    ["stream", ["--source", "synthetic", "--vocab-size", "9", "--count", "1", "--max-tokens", "1"]],
    ["explain", []],
  ])("%s tells of settings that the chain leaves without effect", async (command, args) => {
    const { stdout, stderr } = await tokenmill([command, ...args, "--chain", "topK", "--top-k", "3", "--top-p", "0.5"]);
    expect(stdout + stderr).toContain("without effect: topP (the chain leaves their stages out)");
    const { stdout: quiet, stderr: silent } = await tokenmill([command, ...args, "--top-k", "3", "--top-p", "0.5"]);
    expect(quiet + silent).not.toContain("without effect");
  });

  it("stream tells of what each line of its input asks for in vain", async () => {
    const flags = [
      "--source",
      "synthetic",
      "--vocab-size",
      "9",
      "--max-tokens",
      "1",
      "--chain",
      "topK",
      "--min-p",
      "0.1",
    ];
    const lines = [{}, { topP: 0.5 }, { chain: ["topP"], topP: 0.5 }, { topP: 7 }].map((line) => JSON.stringify(line));
    const { stderr } = await tokenmill(["stream", ...flags, "--prompts", "-", "--count", "2"], {
      stdin: lines.join("\n"),
    });
    expect(stderr.match(/.*without effect.*/g)).toEqual([
      "tokenmill: without effect: minP (the chain leaves their stages out)",
      "tokenmill: line 2: without effect: topP (the chain leaves their stages out)",
    ]);
  });

  it("the G-test does not convict right draws of XTC at 0 < p < 1", async () => {
    const args = ["explain", "--xtc-probability", "0.5", "--min-tokens", "3000", "--stop-token-ids", "2", "--json"];
    const { draws } = JSON.parse((await tokenmill(args)).stdout) as Explanation;
    expect(draws.pValue).toBeGreaterThan(1e-4);
  });

  it.each([
    [["--logits", "[1]"], '"logits" expected object of token names and logits, got an array of 1'],
    [["--logits", '{"a": 1e39}'], '"logits["a"]" expected finite f32 number, got 1e+39'],
    [["--logits", '{"a": 1}', "--history", '["b"]'], '"history[0]" expected a token of the row, got "b"'],
    [["--top-k", "-1"], '"topK" expected integer in [0, 2147483647], got -1'],
    [["--draws", "0"], '"draws" expected integer in [1, 10000000]'],
  ])("%j are refused with exit code 2", async (args, message) => {
    const { code, stderr } = await tokenmill(["explain", ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
