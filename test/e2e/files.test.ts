/** Files that commands read and write: none is lost, and what is no file is named. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeNpy } from "@tokenmill/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenmill } from "./helpers/tokenmill.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenmill-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const synthetic = ["--source", "synthetic", "--vocab-size", "64"];
const run = (args: readonly string[]): ReturnType<typeof tokenmill> => tokenmill(args, { cwd: folder });

describe("--output", () => {
  const kept = join(folder, "kept");

  it.each([
    ["a source", ["stream", "--model", "none.gguf"]],
    ["a parameter", ["stream", ...synthetic, "--logit-bias", '{"64": 1}']],
    ["a stage", ["sample", "--prompt", "a", "--stage", "own=./none.js"]],
  ])("keeps what is in it where %s is refused", async (_, args) => {
    writeFileSync(kept, "of before");
    expect((await run([...args, "--output", kept])).code).not.toBe(0);
    expect(readFileSync(kept, "utf8")).toBe("of before");
  });

  it("has the results alone where there are some, and none where there are none", async () => {
    writeFileSync(kept, "x".repeat(10_000));
    writeFileSync(join(folder, "empty"), "");
    expect((await run(["stream", ...synthetic, "--max-tokens", "2", "--output", kept])).code).toBe(0);
    expect(readFileSync(kept, "utf8")).toMatch(/^(\{.*\}\n)+$/);
    expect((await run(["stream", ...synthetic, "--prompts", "empty", "--output", kept])).code).toBe(0);
    expect(readFileSync(kept, "utf8")).toBe("");
  });

  it.each([
    ["--prompts", ["stream", ...synthetic, "--prompts", "input"]],
    ["--params", ["stream", ...synthetic, "--params", "params"]],
    ["--logits", ["sample", "--logits", "input"]],
    ["--ids", ["sample", "--logits", "rows.npy", "--ids", "input"]],
    ["the requests", ["batch", "input", ...synthetic, "--overwrite"]],
  ])("is not the file of %s", async (name, args) => {
    await writeNpy(join(folder, "rows.npy"), { dtype: "f32", shape: [1, 8], data: new Float32Array(8) });
    writeFileSync(join(folder, "params"), "{}");
    if (name === "--logits") copyFileSync(join(folder, "rows.npy"), join(folder, "input"));
    else writeFileSync(join(folder, "input"), '{"position": 1}\n');
    const before = readFileSync(join(folder, "input"));
    const output = name === "--params" ? "params" : "link";
    if (output === "link") symlinkSync("input", join(folder, "link"));
    const { code, stderr } = await run([...args, "--output", output]);
    rmSync(join(folder, "link"), { force: true });
    expect(stderr).toContain(`"output" expected another file than that of ${name}, got "${output}"`);
    expect(code).toBe(2);
    expect(readFileSync(join(folder, "input"))).toEqual(before);
  });
});

describe("a directory", () => {
  beforeAll(() => writeNpy(join(folder, "row.npy"), { dtype: "f32", shape: [1, 8], data: new Float32Array(8) }));

  it.each([
    [["stream", ...synthetic, "--prompts", "."]],
    [["stream", ...synthetic, "--params", "."]],
    [["stream", "--grammar", "."]],
    [["sample", "--logits", "."]],
    [["sample", "--logits", "row.npy", "--ids", "."]],
    [["explain", "--logits-file", "."]],
    [["batch", ".", ...synthetic, "--output", "results"]],
    [["load", "--prompts", "."]],
  ])("is no file: %j", async (args) => {
    const { code, stderr } = await run(args);
    expect(stderr).toContain('"." expected a file, got a directory');
    expect(code).toBe(2);
  });
});
