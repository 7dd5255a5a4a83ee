/** The fields of requests, in the order that help tells their flags. */
import { type FieldsOf, objectSchema } from "./field.ts";
import { jsonFlag, lengthFlag, shareFlag } from "./flagValues.ts";
import type { CancelSpec, RequestSpec, SettingSpec, SlowReaderSpec } from "./scenario.ts";
import { anyObject, distribution, listOf, positive, share, text } from "./schemas.ts";

/** One setting of the mix. */
export const settingFields: FieldsOf<SettingSpec> = {
  name: { schema: text, isRequired: true },
  weight: { schema: positive, fallback: 1 },
  params: { schema: anyObject, fallback: {} },
};

const cancel: FieldsOf<CancelSpec> = {
  share: { schema: share, isRequired: true },
  afterMs: { schema: distribution, isRequired: true },
};

const slowReaders: FieldsOf<SlowReaderSpec> = {
  share: { schema: share, isRequired: true },
  delayMs: { schema: distribution, isRequired: true },
};

export const requestFields: FieldsOf<RequestSpec> = {
  promptTokens: {
    schema: distribution,
    fallback: 16,
    flag: { syntax: "--prompt-tokens <n|min-max>", says: "prompt length", read: lengthFlag("promptTokens") },
  },
  maxTokens: {
    schema: distribution,
    fallback: 32,
    flag: { syntax: "--max-tokens <n|min-max>", says: "output length", read: lengthFlag("maxTokens") },
  },
  prompts: {
    schema: text,
    flag: { syntax: "--prompts <file>", says: "prompts, one a line, instead of made-up ones" },
  },
  mix: {
    schema: listOf(objectSchema(settingFields)),
    isComputed: true,
    flag: {
      syntax: "--params <json>",
      says: "sampling parameters of every request; a mix needs a scenario file",
      read: (json) => [{ name: "default", params: jsonFlag("params")(json) }],
    },
  },
  cancel: {
    schema: objectSchema(cancel),
    flag: {
      syntax: "--cancel <share@delay>",
      says: "cancel a share of requests, such as 0.1@200ms",
      read: shareFlag("cancel", (value, ms) => ({ share: value, afterMs: ms })),
    },
  },
  slowReaders: {
    schema: objectSchema(slowReaders),
    flag: {
      syntax: "--slow-readers <share@delay>",
      says: "a share reads each piece that slowly, such as 0.1@50ms",
      read: shareFlag("slowReaders", (value, ms) => ({ share: value, delayMs: ms })),
    },
  },
};
