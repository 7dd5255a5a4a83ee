/** Body of `POST /v1/logits`. */
import type { BodyKind } from "./body.ts";
import { BodyFields, numbersIn } from "./bodyFields.ts";
import { namedFields } from "./fieldNames.ts";
import { boolean, object } from "./jsonSchema.ts";

export interface LogitsBody {
  readonly prompt: string | readonly number[];
  readonly parseSpecial: boolean;
}

export const logitsBody: BodyKind<LogitsBody> = {
  schema: object({
    prompt: {
      anyOf: [{ type: "string" }, { type: "array", items: { type: "integer" } }],
      description: "Text or token ids. Absent: the row that a text begins with.",
      "x-expected": "string or array of token ids",
    },
    ...namedFields(
      "parseSpecial",
      boolean("Read the names of special tokens in a text as these tokens. Absent: true."),
    ),
  }),
  decode(raw) {
    const fields = new BodyFields(raw);
    return {
      prompt: fields.text("prompt") ?? numbersIn(fields.value("prompt")),
      parseSpecial: fields.flag("parseSpecial") ?? true,
    };
  },
};
