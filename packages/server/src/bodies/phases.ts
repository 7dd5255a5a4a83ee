/** `phases`: sampling parameters of parts of an output; `post_thinking`, as vLLM proposes it, those of the answer alone. */
import { type PhaseStart, type SamplingParams, wholeRequestParams } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import { BodyFields, isRecord, numbersIn } from "./bodyFields.ts";
import { namedFields } from "./fieldNames.ts";
import { type JsonSchema, object, string } from "./jsonSchema.ts";
import { samplingFields, samplingParamsOf, type TextSequences, textSequencesOf } from "./samplingFields.ts";

/** A phase whose parameters may have texts that stand for their tokens. */
export interface BodyPhase {
  readonly from: PhaseStart;
  readonly params: SamplingParams;
  readonly textSequences: TextSequences;
}

const mostPhases = 16;
const params = object(samplingFields(wholeRequestParams, mostPhases));

const from: JsonSchema = {
  anyOf: [
    { type: "string", enum: ["thinking", "answer"] },
    { type: "integer", minimum: 0, maximum: 2 ** 24 },
    object({ text: string("The output's last tokens complete it.") }, ["text"]),
    object(namedFields("tokenIds", { type: "array", items: { type: "integer" }, "x-expected": "array of token ids" })),
  ],
  description:
    "Where it begins: thinking, or its end, which its tags tell; the place of an output token; or that the output's last tokens complete a text or some ids.",
  "x-expected": '"thinking", "answer", the place of an output token, or an object with text or token_ids',
};

export const phaseFields: Readonly<Record<string, JsonSchema>> = {
  phases: {
    type: "array",
    items: object({ from, params }, ["from", "params"]),
    maxItems: mostPhases,
    description:
      "Other sampling parameters from some place of the output on, until the next phase begins; those that are absent stay. At most 16.",
    "x-expected": `array of at most ${mostPhases} phases`,
  },
  post_thinking: { ...params, description: "The parameters of a phase from answer on, as vLLM proposes them." },
};

/** @throws ApiError for both fields, and for a parameter under two names */
export function phasesOf(fields: BodyFields): readonly BodyPhase[] {
  const answer = fields.record("post_thinking");
  const given = fields.value("phases");
  if (!answer) return Array.isArray(given) ? given.map(phaseOf) : [];
  if (given === undefined) return [phaseOf({ from: "answer", params: answer })];
  const message = '"post_thinking" expected nothing beside "phases": it is a phase from "answer"';
  throw new ApiError(400, message, { param: "post_thinking" });
}

function phaseOf(given: unknown): BodyPhase {
  const phase = new BodyFields(given);
  const own = phase.record("params") ?? {};
  const start = startOf(phase.value("from"));
  return { from: start, params: samplingParamsOf(own), textSequences: textSequencesOf(new BodyFields(own)) };
}

/** What the schema leaves open is the engine's to refuse. */
function startOf(given: unknown): PhaseStart {
  if (!isRecord(given)) return given as PhaseStart;
  const fields = new BodyFields(given);
  const text = fields.text("text");
  return text === undefined ? { tokenIds: numbersIn(fields.value("tokenIds")) } : { text };
}
