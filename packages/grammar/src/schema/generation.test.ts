/** The engine on grammars of random schemas: it accepts what the recogniser does, and all that it writes is valid by ajv. */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { GrammarBudgetError } from "../budget/budget.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { ByteEngine } from "../testing/byteEngine.ts";
import { isFaultOfAjv } from "../testing/faultOfAjv.ts";
import { orders } from "../testing/jsonTexts.ts";
import { randomFrom } from "../testing/randomNumbers.ts";
import { randomSchema, smallValues } from "../testing/randomSchemas.ts";
import { ThreadRecogniser } from "../testing/threadRecogniser.ts";
import { compileJsonSchema } from "./compileJsonSchema.ts";
import { EmptySchemaError, UnsupportedSchemaError } from "./errors.ts";

const runs = Number(process.env["SCHEMA_RUNS"] ?? 60);
const outputs = 5;

/** Undefined for what is refused, or nothing satisfies. */
function rulesOf(schema: unknown, anyWhitespace: boolean): GrammarRules | undefined {
  try {
    return compileJsonSchema(schema, { anyWhitespace, stringLength: 40 }).rules;
  } catch (error) {
    if (error instanceof UnsupportedSchemaError || error instanceof EmptySchemaError) return undefined;
    if (error instanceof GrammarBudgetError) return undefined;
    throw error;
  }
}

it.each([false, true])(
  "with any white space: %s",
  (anyWhitespace) => {
    const texts = smallValues.flatMap((value) => orders(value));
    let written = 0;
    fc.assert(
      fc.property(randomSchema, fc.integer(), (schema, seed) => {
        const rules = rulesOf(schema, anyWhitespace);
        if (!rules) return;
        const [engine, recogniser] = [new ByteEngine(rules), new ThreadRecogniser(rules)];
        expect(texts.filter((text) => engine.accepts(text) !== recogniser.accepts(text))).toEqual([]);
        const validate = new Ajv2020({ strict: false, validateSchema: false, logger: false }).compile(schema as object);
        const random = randomFrom(seed);
        for (let i = 0; i < outputs; i++) {
          const text = engine.write(random, 60);
          if (text === undefined) continue;
          written++;
          expect([text, isValid(validate, JSON.parse(text))]).toEqual([text, true]);
        }
      }),
      { numRuns: runs },
    );
    expect(written).toBeGreaterThan(runs);
  },
  60_000 + 1000 * runs,
);

function isValid(validate: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return validate(value);
  } catch (error) {
    if (isFaultOfAjv(error)) return true;
    throw error;
  }
}
