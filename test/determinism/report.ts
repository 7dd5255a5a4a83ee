/** Runs every scenario at full size and prints how many different outputs there are. `report [sequences] [tokens]` */
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createEmbeddedModel } from "@tokenmill/embedded-model";
import { runScenario } from "./runScenario.ts";
import { scenariosFor } from "./scenarios.ts";

const [sequences = 10_000, tokens = 32] = process.argv.slice(2).map(Number);
for (const [name, value, least] of [
  ["sequences", sequences, 1],
  ["tokens", tokens, 2],
] as const) {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`"${name}" expected integer ≥ ${least}, got ${value}`);
}
const count = (value: number): string => value.toLocaleString("en");

const source = await createEmbeddedModel({ cacheDir: join(tmpdir(), "tokenmill-determinism-report") });
console.log(
  `${count(sequences)} sequences × ${tokens} tokens, embedded model (V = ${count(source.vocabSize)}), 8 parameter sets`,
);
console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.versions.node}\n`);
console.log(
  `${"scenario".padEnd(40)}${"digest".padEnd(18)}${"changed sequences".padStart(18)}${"deaths".padStart(8)}${"redone".padStart(8)}${"rows".padStart(10)}${"seconds".padStart(9)}`,
);

const outputs = new Set<string>();
let expected: readonly string[] | undefined;
for (const scenario of scenariosFor(200)) {
  const outcome = await runScenario(source, { sequences, tokens }, scenario);
  expected ??= outcome.digests;
  outputs.add(outcome.digest);
  const changed = outcome.digests.filter((digest, index) => digest !== expected![index]).length;
  const { digest, workerDeaths, rowsRetried, rows, wallMs } = outcome;
  console.log(
    `${scenario.name.padEnd(40)}${digest.padEnd(18)}${count(changed).padStart(18)}${count(workerDeaths).padStart(8)}${count(rowsRetried).padStart(8)}${count(rows).padStart(10)}${(wallMs / 1000).toFixed(1).padStart(9)}`,
  );
}
console.log(`\ndistinct outputs: ${outputs.size}`);
if (outputs.size !== 1) process.exitCode = 1;
