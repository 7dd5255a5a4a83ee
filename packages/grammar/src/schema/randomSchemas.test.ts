/** For random small schemas, the small values that the grammar accepts are those that ajv finds valid. */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { GrammarBudgetError } from "../budget/budget.ts";
import { isFaultOfAjv } from "../testing/faultOfAjv.ts";
import { orders } from "../testing/jsonTexts.ts";
import { randomSchema, smallValues } from "../testing/randomSchemas.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { UnsupportedSchemaError } from "./errors.ts";

const texts = smallValues.map((value) => ({ value, texts: orders(value) }));
const runs = Number(process.env["SCHEMA_RUNS"] ?? 200);

it(
  `${runs} schemas accept what ajv accepts of ${smallValues.length} values, or are refused`,
  () => {
    let [followed, refused] = [0, 0];
    fc.assert(
      fc.property(randomSchema, (schema) => {
        let accepts: (text: string) => boolean;
        try {
          accepts = languageOf(schema);
        } catch (error) {
          if (!(error instanceof UnsupportedSchemaError || error instanceof GrammarBudgetError)) throw error;
          refused++;
          return;
        }
        followed++;
        const validate = new Ajv2020({ strict: false, validateSchema: false, logger: false }).compile(schema as object);
        const wrong = texts.filter((each) => {
          try {
            return each.texts.some(accepts) !== validate(each.value);
          } catch (error) {
            if (isFaultOfAjv(error)) return false;
            throw error;
          }
        });
        expect(wrong.map(({ value }) => value)).toEqual([]);
      }),
      { numRuns: runs },
    );
    expect(followed).toBeGreaterThan(9 * refused);
  },
  60_000 + 200 * runs,
);
