import { createEngine, type Engine } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import { loadR50kTokenizer } from "@tokenmill/embedded-model";
import { createSyntheticSource } from "@tokenmill/sources";
import type { GrammarProvider, TokenEvent, Tokenizer, WorkerSource } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastValueFrom, toArray } from "rxjs";
import { runSchemas } from "./runSchemas.ts";
import { schemas } from "./schemas.ts";

let tokenizer: Tokenizer;
let grammar: GrammarProvider;
let engine: Engine;
beforeAll(async () => {
  tokenizer = await loadR50kTokenizer();
  grammar = createGrammarProvider({ tokenizer, compileTimeoutMs: 60_000 });
  engine = await engineOf(2);
});
afterAll(async () => {
  await engine.close();
  await grammar.close();
});

const source = (): WorkerSource =>
  createSyntheticSource({ kind: "gaussian", vocabSize: tokenizer.vocabSize, distinctRows: 8, tokenizer });

function engineOf(workers: number): Promise<Engine> {
  return createEngine({ source: source(), grammar, workers, slots: 32, seed: 4 });
}

describe("structured output with r50k's 50,257 tokens", () => {
  it("all of 150 sequences open at once, 50 schemas, end in JSON that ajv accepts", async () => {
    const { outcomes, distinct } = await runSchemas(engine, 150, { maxTokens: 400 });
    expect(Object.fromEntries(outcomes)).toEqual({ ok: 150 });
    expect(distinct.size).toBe(Object.keys(schemas).length);
    // not one text for all: the mask leaves a choice, and the draw takes it
    expect(distinct.get("numbers")).toBeGreaterThan(1);
    expect(distinct.get("text")).toBeGreaterThan(1);
  });

  it("greedy, cut and penalised outputs are accepted too", async () => {
    for (const params of [{ temperature: 0 }, { topK: 40, topP: 0.9, minP: 0.02 }, { repetitionPenalty: 1.3 }]) {
      const { outcomes } = await runSchemas(engine, 50, { ...params, maxTokens: 400 });
      expect(Object.fromEntries(outcomes)).toEqual({ ok: 50 });
    }
  });

  it("an EBNF grammar holds down to the last token", async () => {
    const ebnf =
      'root ::= greeting ", " name "!"\ngreeting ::= "Hello" | "Good " ("day" | "night")\nname ::= [A-Z] [a-z]{1,8}';
    for (let sequenceId = 500; sequenceId < 520; sequenceId++) {
      const text = (await eventsOf({ sequenceId, grammar: ebnf })).map((event) => event.text).join("");
      expect(text).toMatch(/^(Hello|Good (day|night)), [A-Z][a-z]{1,8}!$/);
    }
  });

  it("is the same for 0 and 2 workers, alone and among others, and from a resume record", async () => {
    const request = { sequenceId: 900, jsonSchema: schemas["person"], maxTokens: 400 };
    const alone = await eventsOf(request);
    const inline = await engineOf(0);
    const outputs = [
      lastValueFrom(inline.generate(request).pipe(toArray())),
      eventsOf(request),
      ...[901, 902, 903].map((sequenceId) => eventsOf({ ...request, sequenceId })),
    ];
    expect(await outputs[0]).toEqual(alone);
    expect(await outputs[1]).toEqual(alone);
    await Promise.all(outputs);
    const record = await new Promise<ReturnType<Engine["snapshot"]>>((resolve, reject) => {
      const handle = inline.open(request, {
        next({ index }) {
          if (index !== 5) return;
          resolve(JSON.parse(JSON.stringify(handle.snapshot())));
          handle.cancel();
        },
        error: reject,
        complete: () => reject(new Error("ended before its sixth token")),
      });
    });
    expect(await lastValueFrom(engine.resume(record).pipe(toArray()))).toEqual(alone.slice(6));
    await inline.close();
  });

  it("are the same texts with the same seed, while workers are killed, and when resumed on another engine", async () => {
    const pool = await createPool({ source: source(), workers: 2, slots: 32, maskFiller: grammar.maskFiller });
    const killed = await createEngine({ source: source(), pool, grammar, seed: 4 });
    const other = await createEngine({ source: source(), grammar, workers: 1, seed: 77 });
    const params = { maxTokens: 400 };
    const { texts } = await runSchemas(engine, 100, params);
    // by rows, not by time: a worker that starts on a busy machine has a row behind it before it dies
    let rowsAtDeath = 0;
    const timer = setInterval(() => {
      const { rowsSampled } = pool.stats();
      if (rowsSampled < rowsAtDeath + 300) return;
      rowsAtDeath = rowsSampled;
      void pool.killWorker(0);
    }, 10);
    const withKills = await runSchemas(killed, 100, params).finally(() => clearInterval(timer));
    expect(withKills.texts).toEqual(texts);
    expect(pool.stats().workerDeaths).toBeGreaterThan(0);
    expect((await runSchemas(killed, 100, params, { resumeOn: other, resumeAfter: 2 })).texts).toEqual(texts);
    await Promise.all([killed.close(), other.close()]);
    await pool.close();
  });

  it("a schema that cannot be followed fails its own request, while others run", async () => {
    const good = runSchemas(engine, 20, { maxTokens: 400 });
    const bad = eventsOf({ jsonSchema: { properties: { a: { $ref: "https://example.org/a" } } } });
    await expect(bad).rejects.toThrow('"jsonSchema" expected what can be enforced, got "$ref" at "/properties/a"');
    const message = '"grammar" expected an EBNF grammar: at line 1, column 10, expected the name of a rule, got "x"';
    await expect(eventsOf({ grammar: "root ::= x" })).rejects.toThrow(message);
    expect(Object.fromEntries((await good).outcomes)).toEqual({ ok: 20 });
  });

  it("maxTokens cuts an output off with finishReason length", async () => {
    const events = await eventsOf({ sequenceId: 9, jsonSchema: schemas["person"], maxTokens: 3 });
    expect(events.at(-1)).toMatchObject({ index: 2, finishReason: "length" });
  });
});

function eventsOf(request: Parameters<Engine["generate"]>[0]): Promise<TokenEvent[]> {
  return lastValueFrom(engine.generate(request).pipe(toArray()));
}
