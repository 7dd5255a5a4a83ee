/** `tsx bench/recordRows.ts file`: writes 64 rows of the embedded model, f32, one after the other, for other benchmarks. */
import { writeFileSync } from "node:fs";
import { recordRows } from "./recordedRows.ts";

const [path] = process.argv.slice(2);
if (path === undefined) throw new TypeError('"file" expected a path, got nothing: tsx bench/recordRows.ts file');
const { model, harness, histories } = await recordRows(64);
const rowBytes = model.vocabSize * 4;
const out = new Uint8Array(histories.length * rowBytes);
histories.forEach((_, i) => {
  out.set(new Uint8Array(harness.memory.buffer, harness.rowOffsetBytes(i), rowBytes), i * rowBytes);
});
writeFileSync(path, out);
