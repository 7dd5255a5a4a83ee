/** The fields of a scenario besides its target, load and requests, in the order that help tells their flags. */
import type { FieldsOf } from "./field.ts";
import { collect } from "./flagValues.ts";
import type { Scenario } from "./scenario.ts";
import { count, integer, notNegative, positive, text } from "./schemas.ts";

/** How long and from where. */
export const runFields: FieldsOf<Omit<Scenario, "target" | "load" | "requests" | "slo">> = {
  name: { schema: text, isComputed: true },
  durationMs: {
    schema: positive,
    isComputed: true,
    flag: { syntax: "--duration <duration>", says: "how long requests begin, warm-up included", shown: "20s" },
  },
  count: { schema: count, flag: { syntax: "--count <n>", says: "at most that many requests" } },
  warmUpMs: {
    schema: notNegative,
    isComputed: true,
    flag: { syntax: "--warm-up <duration>", says: "not measured", shown: "a fifth, at most 5s" },
  },
  drainMs: {
    schema: notNegative,
    fallback: 30_000,
    flag: { syntax: "--drain <duration>", says: "time to finish after the last request was due", shown: "30s" },
  },
  processes: {
    schema: integer(1, 64),
    fallback: 1,
    flag: { syntax: "--processes <n>", says: "http, logits: processes that put load" },
  },
  seed: {
    schema: integer(0, Number.MAX_SAFE_INTEGER),
    fallback: 1,
    flag: { syntax: "--seed <n>", says: "of arrivals, lengths and choices" },
  },
};

/** What counts as good. */
export const goalFields: FieldsOf<Pick<Scenario, "slo">> = {
  slo: {
    schema: { type: "array", items: text },
    fallback: [],
    flag: {
      syntax: "--slo <limit>",
      says: "a limit for goodput, such as ttft:p99<200ms; may be repeated",
      read: collect,
      shown: "",
    },
  },
};
