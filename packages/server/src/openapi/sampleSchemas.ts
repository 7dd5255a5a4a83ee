/** What `/v1/sample` takes and answers, in MessagePack. */
import { dtypeBytes, parameters } from "@tokenmill/core";
import type { JsonSchema } from "../bodies/jsonSchema.ts";
import { rangeSchema } from "../bodies/rangeSchema.ts";
import { component, type Described } from "./operation.ts";
import { bigCount, count, list, one, real, shape, text } from "./shapes.ts";

/** Sampling parameters under the library's own names, whose 64-bit integers are integers of MessagePack. */
function openFields(): Record<string, JsonSchema> {
  return Object.fromEntries(
    parameters.map(({ name, kind, range, description, expected, choices }) => {
      const schema: JsonSchema =
        (kind === "number" || kind === "integer") && range
          ? rangeSchema(range)
          : kind === "choice"
            ? { type: "string", enum: choices ?? [] }
            : {};
      return [`${name}?`, { ...schema, description: `${description}; ${expected}` }];
    }),
  );
}

const rowAnswer = { sequenceId: bigCount, position: count };
const logprob = shape({ tokenId: count, logprob: real });

export const sampleSchemas: Readonly<Record<string, Described>> = {
  SampleHeader: shape(
    {
      "dtype?": { ...one(...Object.keys(dtypeBytes)), default: "f32" },
      "vocabSize?": { ...count, description: "Refused unless it is the server's." },
      "rows?": { ...list(component("SampleRow")), maxItems: 65_536 },
      "close?": { ...list(bigCount), description: "Sequences to forget, before rows are taken." },
      "id?": { anyOf: [{ type: "string" }, { type: "number" }], description: "Comes back in the answer." },
    },
    "MessagePack, behind its length as 4 bytes little-endian; the rows come behind it, vocabSize little-endian elements each.",
  ),
  SampleRow: shape({
    sequenceId: bigCount,
    "position?": {
      ...count,
      maximum: 2 ** 24 - 1,
      description: "Of the token that the row gives; the one before gives the last answer again.",
    },
    "open?": component("SampleOpen"),
    "listed?": {
      ...count,
      description:
        "The row is sparse: the weight of all tokens that are not listed, ln of the sum of e^logit, as f64, then so many token ids as i32, then their logits as f32.",
    },
  }),
  SampleOpen: shape(
    { "prompt?": list(count), "maxTokens?": { type: "integer", minimum: 1, maximum: 2 ** 24 }, ...openFields() },
    "Opens the sequence.",
  ),
  SampleAnswer: shape({
    "id?": { anyOf: [{ type: "string" }, { type: "number" }] },
    results: list({ anyOf: [component("SampledToken"), component("SampleFailure")] }),
  }),
  SampledToken: shape({
    ...rowAnswer,
    tokenId: count,
    "logprob?": real,
    "rank?": count,
    "topLogprobs?": list(logprob),
    "namedLogprobs?": list(logprob),
    "samplingMask?": { anyOf: [list(count), one("all")] },
    "samplingLogprob?": real,
    "finishReason?": one("stop", "length"),
  }),
  SampleFailure: shape({ ...rowAnswer, error: shape({ code: text, message: text }) }),
};
