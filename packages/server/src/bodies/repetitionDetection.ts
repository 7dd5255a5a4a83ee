/** `repetition_detection`. */
import type { RepetitionDetection } from "@tokenmill/core";
import { BodyFields, type RawBody } from "./bodyFields.ts";
import { namedFields } from "./fieldNames.ts";
import { integer, type JsonSchema, object } from "./jsonSchema.ts";

export const repetitionField: JsonSchema = {
  ...object({
    ...namedFields(
      "maxPatternSize",
      integer("Most tokens of the block that comes again and again; 0 is off.", 0, 1024),
    ),
    ...namedFields(
      "minPatternSize",
      integer("Fewest; a block of smaller blocks does not count. Absent or 0: 1.", 0, 1024),
    ),
    ...namedFields("minCount", integer("How often it stands at the end, one after the other.", 2, 2 ** 24)),
  }),
  description:
    'End an output that goes round in a loop, with stop_reason "repetition_detected"; not within min_tokens.',
};

export function repetitionOf(given: RawBody | undefined): RepetitionDetection | undefined {
  const fields = new BodyFields(given);
  const maxPatternSize = fields.number("maxPatternSize");
  if (given === undefined || !maxPatternSize) return undefined;
  const minPatternSize = fields.number("minPatternSize");
  const minCount = fields.number("minCount");
  return { maxPatternSize, ...(minPatternSize && { minPatternSize }), minCount: minCount! };
}
