/** The recipe of docs/structure.md, "A sampler", done in a copy of the package: two files, a line, the build, a draw. */
import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const core = join(import.meta.dirname, "../..");
const run = promisify(execFile);

it("the recipe's two files and its line are a sampler whose kernel keeps what its law keeps", async () => {
  const recipe = readFileSync(join(core, "../../docs/structure.md"), "utf8");
  const section = /### A sampler\n([\s\S]*?)\n### /.exec(recipe)![1]!;
  const [law = "", kernel = ""] = [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const [line = ""] = /export \{ topGap \} from "[^"]*";/.exec(section) ?? [];

  // beside the sources, so that the copy finds the same dependencies
  const copy = mkdtempSync(join(core, "node_modules", ".recipe-"));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  for (const name of ["src", "assembly", "edge", "scripts", "package.json"]) {
    cpSync(join(core, name), join(copy, name), { recursive: true });
  }
  writeFileSync(join(copy, "src/samplers/topGap.ts"), law);
  writeFileSync(join(copy, "assembly/samplers/topGap.ts"), kernel);
  appendFileSync(join(copy, "src/samplers/index.ts"), `${line}\n`);
  writeFileSync(
    join(copy, "try.ts"),
    `import { createSampler } from "./src/sampler/sampler.ts";
import { ReferenceRow } from "./src/reference/referenceRow.ts";
import { referenceChain } from "./src/chain/referenceChain.ts";
const logits = [1, 4, 2.5, 3, 1.9];
const sampler = await createSampler({ vocabSize: 5, variant: "scalar" });
const row = new ReferenceRow(logits);
referenceChain(row, { topGap: 2 });
const { tokenIds } = sampler.distribution(logits, { topGap: 2, temperature: 1 });
console.log(JSON.stringify({ kernel: [...tokenIds], law: row.kept() }));
`,
  );
  const node = (...args: string[]) => run(process.execPath, args, { cwd: copy });
  await node("scripts/generate-dispatch.mjs");
  await node("scripts/build-kernels.mjs", "scalar");
  const { stdout } = await node("--import", "tsx", "try.ts");
  expect(JSON.parse(stdout)).toEqual({ kernel: [1, 3, 2], law: [1, 3, 2] });
}, 180_000);
