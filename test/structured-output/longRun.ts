/**
 * 1,000 sequences open at once with 20 schemas on the embedded model: `npm run -s long` in this folder. The first argument
 * is another number of sequences.
 */
import { createEngine } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { createEmbeddedModel } from "@tokenmill/sources";
import { runSchemas } from "./runSchemas.ts";
import { schemas } from "./schemas.ts";

const count = Number(process.argv[2] ?? 1000);
const source = await createEmbeddedModel();
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(2);

let start = performance.now();
const grammar = createGrammarProvider({ tokenizer: source.tokenizer });
console.log(`provider for ${source.vocabSize} tokens: ${seconds(start)} s`);

start = performance.now();
for (const jsonSchema of Object.values(schemas)) (await grammar.compile({ jsonSchema })).release();
console.log(`${Object.keys(schemas).length} schemas compiled: ${seconds(start)} s`);

const engine = await createEngine({ source, grammar, seed: 1 });
for (const hasGrammar of [true, false]) {
  start = performance.now();
  if (hasGrammar) {
    const { outcomes, tokens, distinct } = await runSchemas(engine, count, { maxTokens: 1000 });
    const elapsed = Number(seconds(start));
    console.log(`${count} sequences: ${tokens} tokens in ${elapsed} s, ${Math.round(tokens / elapsed)} tokens/s`);
    console.log(`outcomes: ${[...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join("\n  ")}`);
    console.log(`distinct texts: ${[...distinct].map(([name, texts]) => `${name} ${texts}`).join(", ")}`);
    process.exitCode = outcomes.get("ok") === count ? 0 : 1;
  } else {
    let tokens = 0;
    const drain = async (sequenceId: number): Promise<void> => {
      for await (const _ of engine.stream({ sequenceId, maxTokens: 40, ignoreEos: true })) tokens++;
    };
    await Promise.all(Array.from({ length: count }, (_, sequenceId) => drain(sequenceId)));
    const elapsed = Number(seconds(start));
    console.log(
      `the same without grammars: ${tokens} tokens in ${elapsed} s, ${Math.round(tokens / elapsed)} tokens/s`,
    );
  }
}
await engine.close();
await grammar.close();
