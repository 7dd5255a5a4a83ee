/** Stages of the user's own, from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeNpy } from "@tokenmill/sources";
import { afterAll, describe, expect, it } from "vitest";
import { linesOf, tokenmill } from "./helpers/tokenmill.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenmill-stages-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, "odd.mjs"),
  `export default function odd(logits) {
    for (let id = 0; id < logits.length; id += 2) logits[id] = -Infinity;
  }`,
);
const flags = ["--stage", "odd=./odd.mjs"];

describe("--stage", () => {
  it("runs in `explain`, at its place in the chain", async () => {
    const args = [
      "explain",
      ...flags,
      "--chain",
      "topK,custom:odd,temperature",
      "--top-k",
      "4",
      "--temperature",
      "0.5",
    ];
    const { stdout } = await tokenmill([...args, "--json"], { cwd: folder });
    const { chain } = JSON.parse(stdout) as { chain: { stage: string; keptCount: number }[] };
    // of the best four, 2 3 1 4, those with odd ids
    expect(chain.map(({ stage, keptCount }) => [stage, keptCount])).toEqual([
      ["softmax", 6],
      ["topK", 4],
      ["custom:odd", 2],
      ["temperature", 2],
    ]);
    const text = await tokenmill(args, { cwd: folder });
    expect(text.stdout).toMatch(/custom:odd +2 .*a stage of your own/);
    expect(text.stdout).toContain("custom:odd removes nice, gloomy");
  });

  it("runs in `sample` and `stream`, in workers", async () => {
    const data = Float32Array.from({ length: 40 * 50 }, (_, i) => 4 * Math.sin(i * 12.9898));
    await writeNpy(join(folder, "rows.npy"), { dtype: "f32", shape: [40, 50], data });
    const sample = ["sample", "--logits", "rows.npy", "--workers", "2", ...flags, "--chain", "custom:odd", "--json"];
    const sampled = await tokenmill(sample, { cwd: folder });
    const tokens = linesOf<{ tokenId: number }>(sampled.stdout).map(({ tokenId }) => tokenId);
    expect(tokens).toHaveLength(40);
    expect(tokens.every((id) => id % 2 === 1)).toBe(true);
    const stream = ["stream", "--source", "synthetic", "--vocab-size", "100", "--count", "20", "--max-tokens", "5"];
    const streamed = await tokenmill([...stream, ...flags, "--chain", "custom:odd", "--format", "ndjson"], {
      cwd: folder,
    });
    const events = linesOf<{ tokenId: number }>(streamed.stdout);
    expect(events.length).toBeGreaterThan(50);
    expect(events.every(({ tokenId }) => tokenId % 2 === 1)).toBe(true);
  });

  it("refuses what is no stage, with exit code 2, and says what does not load", async () => {
    const refusals: [string[], number, string][] = [
      [["--stage", "odd"], 2, '"stage" expected <name>=<path or URL of an ES module>, got "odd"'],
      [[...flags, ...flags], 2, '"stage" expected each name once, got "odd" twice'],
      [[...flags, "--chain", "custom:od"], 2, 'unknown "chain" stage "custom:od", did you mean "custom:odd"?'],
      [["--stage", "gone=./gone.mjs"], 1, 'custom stage "gone" cannot be loaded from file:'],
    ];
    for (const [args, code, message] of refusals) {
      const ended = await tokenmill(["explain", ...args], { cwd: folder });
      expect(ended.stderr).toContain(message);
      expect(ended.code).toBe(code);
    }
  });

  it("says what does not load in workers, where nothing else keeps the process alive", async () => {
    const args = ["stream", "--source", "synthetic", "--workers", "1", "--stage", "gone=./gone.mjs"];
    const ended = await tokenmill(args, { cwd: folder });
    expect(ended.stderr).toMatch(
      /^tokenmill: the workers cannot start: custom stage "gone" cannot be loaded from file:/,
    );
    expect(ended.code).toBe(1);
  });
});
