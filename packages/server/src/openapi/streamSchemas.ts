/** Messages of the WebSocket `/v1/stream`, in JSON or MessagePack. */
import type { JsonSchema } from "../bodies/jsonSchema.ts";
import { component, type Described } from "./operation.ts";
import { bigCount, count, list, map, one, orNull, real, shape, text } from "./shapes.ts";

const id: JsonSchema = { type: "string", description: "The client's own name for the sequence, 1 to 128 characters." };
const credits = (minimum: number): JsonSchema => ({ type: "integer", minimum, maximum: 2 ** 31 - 1 });
const either = (...schemas: readonly Described[]): JsonSchema => ({ anyOf: schemas });
const tag: JsonSchema = { anyOf: [text, list(count)] };
const phaseStart = either(one("thinking", "answer"), count, shape({ text }), shape({ tokenIds: list(count) }));
const scored = shape({ tokenId: count, logprob: real, "text?": text });

export const streamSchemas: Readonly<Record<string, Described>> = {
  StreamClientMessage: either(
    shape({ type: one("open"), id, request: component("GenerateRequest"), "credits?": credits(0) }),
    shape({ type: one("credit"), id, credits: credits(1) }),
    shape({ type: one("pause", "resume", "cancel"), id }),
  ),
  GenerateRequest: {
    type: "object",
    description:
      "Prompt, length and stop rules, and flat beside them the library's sampling parameters (those of SampleOpen).",
    properties: {
      prompt: { anyOf: [text, list(count)] },
      sequenceId: bigCount,
      randomStreamId: bigCount,
      maxTokens: { type: "integer", minimum: 1, maximum: 2 ** 24 },
      stop: { anyOf: [text, list(text)] },
      stopRegex: { anyOf: [text, list(text)] },
      ignoreEos: { type: "boolean" },
      repetitionDetection: shape({ maxPatternSize: count, "minPatternSize?": count, minCount: count }),
      thinkingTokenBudget: { type: "integer", minimum: -1 },
      thinking: shape({ "start?": tag, "ends?": list(tag), "forcedEnd?": tag, "isOpen?": { type: "boolean" } }),
      forcedTokenIds: list(count),
      forcedEosTokenId: count,
      phases: list(shape({ from: phaseStart, params: { type: "object", additionalProperties: true } })),
      bannedStrings: list(text),
      bannedRegex: list(text),
      bannedRegexIgnoreCase: list(text),
      bannedN: { type: "integer", minimum: -1 },
      rewindCountMax: { type: "integer", minimum: -1, maximum: 255 },
      promptLogprobs: count,
      jsonSchema: {},
      grammar: text,
      regex: text,
      choice: { type: "array", items: text, minItems: 1 },
      structuralTag: { anyOf: [{ type: "object" }, text] },
    },
    additionalProperties: true,
  },
  StreamServerMessage: either(
    shape({
      type: one("opened"),
      id,
      sequenceId: bigCount,
      seed: bigCount,
      "unusedParams?": {
        ...list(text),
        description: "Parameters without effect: profile or chain leaves their stages out, or they are off.",
      },
    }),
    shape({ type: one("event"), id, event: component("TokenEvent") }),
    shape({ type: one("cancelled"), id }),
    shape({ type: one("error"), "id?": id, error: shape({ code: text, message: text, "details?": map({}) }) }),
  ),
  TokenEvent: shape({
    sequenceId: bigCount,
    "index?": count,
    "tokenId?": count,
    "text?": text,
    "logprob?": real,
    "rank?": count,
    "topLogprobs?": list(scored),
    "namedLogprobs?": list(scored),
    "samplingMask?": either(list(count), one("all")),
    "samplingLogprob?": real,
    "promptLogprobs?": list(orNull(scored)),
    "passedBan?": text,
    "finishReason?": one("stop", "length", "repetition", "error"),
    "stopReason?": { anyOf: [text, count] },
    "stopText?": text,
    "usage?": shape({ promptTokens: count, completionTokens: count }),
    "error?": shape({ code: text, message: text, "details?": map({}) }),
  }),
};
