/**
 * 1,000 sequences open at once for each of 50 schemas on the embedded model, then the same while workers are killed, then the
 * same stopped and resumed on another engine: `npm run -s long` in this folder. The first argument is another number of
 * sequences for each schema.
 */
import { createEngine, type Engine } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { createEmbeddedModel } from "@tokenmill/embedded-model";
import { createPool } from "@tokenmill/worker-pool";
import { runSchemas, type SchemaRun } from "./runSchemas.ts";
import { schemas } from "./schemas.ts";

const count = Number(process.argv[2] ?? 1000) * Object.keys(schemas).length;
const params = { maxTokens: 1000 };
const source = await createEmbeddedModel();
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(2);

let start = performance.now();
const grammar = createGrammarProvider({ tokenizer: source.tokenizer, warm: true, compileTimeoutMs: 60_000 });
for (const jsonSchema of Object.values(schemas)) (await grammar.compile({ jsonSchema })).release();
console.log(`${Object.keys(schemas).length} schemas compiled: ${seconds(start)} s`);

const pool = await createPool({ source, maskFiller: grammar.maskFiller });
const engine = await createEngine({ source, pool, grammar, seed: 1 });
const other = await createEngine({ source, grammar, seed: 99 });

async function run(what: string, go: () => Promise<SchemaRun>): Promise<SchemaRun> {
  start = performance.now();
  const result = await go();
  const elapsed = Number(seconds(start));
  const { outcomes, tokens } = result;
  console.log(`${what}: ${tokens} tokens in ${elapsed} s, ${Math.round(tokens / elapsed)} tokens/s`);
  console.log(`  ${[...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join("\n  ")}`);
  if (outcomes.get("ok") !== count) process.exitCode = 1;
  return result;
}

function compare(what: string, first: SchemaRun, second: SchemaRun): void {
  const different = first.texts.filter((text, i) => text !== second.texts[i]).length;
  console.log(`  ${different} of ${count} texts are others ${what}`);
  if (different > 0) process.exitCode = 1;
}

async function killing(go: () => Promise<SchemaRun>): Promise<SchemaRun> {
  const timer = setInterval(() => void pool.killWorker(Math.floor(Math.random() * pool.workers)), 500);
  try {
    return await go();
  } finally {
    clearInterval(timer);
  }
}

async function plainTokens(plain: Engine): Promise<number> {
  let tokens = 0;
  const drain = async (sequenceId: number): Promise<void> => {
    for await (const _ of plain.stream({ sequenceId, maxTokens: 40, ignoreEos: true })) tokens++;
  };
  await Promise.all(Array.from({ length: 1000 }, (_, sequenceId) => drain(sequenceId)));
  return tokens;
}

const first = await run(`${count} sequences`, () => runSchemas(engine, count, params));
console.log(`  distinct texts: ${[...first.distinct].map(([name, texts]) => `${name} ${texts}`).join(", ")}`);
const killed = await run("the same with kills", () => killing(() => runSchemas(engine, count, params)));
compare(`after ${pool.stats().workerDeaths} deaths of workers`, first, killed);
const resumed = await run("the same resumed", () => runSchemas(engine, count, params, { resumeOn: other }));
compare("when they are resumed", first, resumed);
start = performance.now();
const tokens = await plainTokens(engine);
console.log(`without grammars: ${tokens} tokens, ${Math.round(tokens / Number(seconds(start)))} tokens/s`);
await engine.close();
await other.close();
await pool.close();
await grammar.close();
