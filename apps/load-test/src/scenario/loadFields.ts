/** The fields of loads, in the order that help tells their flags. */
import { type FieldsOf, objectSchema } from "./field.ts";
import type { RatePiece } from "./laws.ts";
import type { BurstSpec, ClosedLoad, OpenLoad, TraceSpec } from "./scenario.ts";
import { count, listOf, notNegative, oneOf, positive, text } from "./schemas.ts";

const closed: FieldsOf<ClosedLoad> = {
  concurrency: {
    schema: count,
    fallback: 16,
    flag: { syntax: "--concurrency <n>", says: "closed loop: requests in flight" },
  },
};

const trace: FieldsOf<TraceSpec> = {
  file: {
    schema: text,
    isRequired: true,
    flag: {
      syntax: "--trace <file>",
      says: "open loop: recorded arrivals, NDJSON with atMs, promptTokens, maxTokens",
    },
  },
  speed: {
    schema: positive,
    fallback: 1,
    flag: { syntax: "--speed <n>", says: "how much faster than recorded" },
  },
};

const piece: FieldsOf<RatePiece> = {
  durationMs: { schema: positive, isRequired: true },
  from: { schema: notNegative, isRequired: true },
  to: { schema: notNegative, isRequired: true },
};

const bursts: FieldsOf<BurstSpec> = {
  baseRate: { schema: notNegative, isRequired: true },
  peakRate: { schema: positive, isRequired: true },
  periodMs: { schema: positive, isRequired: true },
  burstMs: { schema: positive, isRequired: true },
};

const open: FieldsOf<OpenLoad> = {
  rate: { schema: positive, flag: { syntax: "--rate <n>", says: "open loop: requests per second" } },
  arrivals: {
    schema: oneOf("constant", "poisson", "gamma"),
    fallback: "poisson",
    flag: { syntax: "--arrivals <law>", says: "open loop: law of arrivals" },
  },
  burstiness: {
    schema: positive,
    fallback: 1,
    flag: { syntax: "--burstiness <n>", says: "arrivals gamma: shape; below 1 comes in clumps", shown: "" },
  },
  profile: { schema: listOf(objectSchema(piece)) },
  bursts: { schema: objectSchema(bursts) },
  trace: { schema: objectSchema(trace), inner: trace },
  maxInFlight: {
    schema: count,
    flag: {
      syntax: "--max-in-flight <n>",
      says: "open loop: most requests in flight; others wait",
      shown: "no bound",
    },
  },
};

/** By the load's mode. */
export const loadFields: { readonly closed: FieldsOf<ClosedLoad>; readonly open: FieldsOf<OpenLoad> } = {
  closed,
  open,
};
