/** The sampler as a page's build has it: custom stages work there too. */
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Rollup } from "vite";
import { expect, it, onTestFinished } from "vitest";

const entry = `import { createSampler, loadCustomStages } from "@tokenmill/core";
export async function sample(url) {
  const quiet = (logits) => void (logits[2] = -Infinity);
  const customStages = { quiet, ...(await loadCustomStages({ loud: url })) };
  const sampler = await createSampler({ vocabSize: 4, customStages });
  return sampler.distribution([1, 2, 3, 4], { chain: ["custom:quiet", "topK", "custom:loud"], topK: 3 });
}`;

it("a function and a module are stages in the bundle for browsers", async () => {
  const folder = mkdtempSync(join(import.meta.dirname, "bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "entry.js"), entry);
  const built = (await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: false, lib: { entry: join(folder, "entry.js"), formats: ["es"] } },
  })) as Rollup.RollupOutput[];
  const [main, ...others] = built[0]!.output;
  // the kernels are pieces that are loaded when they are needed
  for (const piece of [main, ...others]) {
    if (piece.type !== "chunk") continue;
    expect(piece.code).not.toContain("node:");
    writeFileSync(join(folder, piece === main ? "bundle.mjs" : piece.fileName), piece.code);
  }
  const bundle = (await import(/* @vite-ignore */ join(folder, "bundle.mjs"))) as {
    sample: (url: string) => Promise<{ tokenIds: Int32Array; probs: Float64Array }>;
  };
  const loud = "data:text/javascript,export default (logits) => void (logits[0] = 4);";
  const { tokenIds, probs } = await bundle.sample(loud);
  expect(Array.from(tokenIds)).toEqual([0, 3, 1]);
  expect(probs[0]).toBeCloseTo(1 / (2 + Math.exp(-2)), 6);
});
