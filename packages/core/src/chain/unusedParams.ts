/**
 * Which of the params that a user gave have no effect: the profile or the chain leaves their stages out, or their stages are
 * off without another param (`mirostatTau` without `mirostat`).
 */
import { type NamedSpec, parameterSpecs } from "../params/parameterSpecs.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { withDefaults } from "../params/withDefaults.ts";
import { type SamplerName, samplerNames, samplers } from "../samplers/table.ts";
import { orderOf, profileFor, replacementIn } from "./order.ts";

type Name = keyof SamplingParams;

const specs = new Map<string, NamedSpec>(parameterSpecs.map((spec) => [spec.name, spec]));

const readers = new Map<string, readonly SamplerName[]>(
  parameterSpecs
    .filter(({ actsElsewhere }) => !actsElsewhere)
    .map(({ name }) => [name, samplerNames.filter((sampler) => samplers[sampler].reads.includes(name as never))]),
);

/** Params in the order in which they were given, of params that `validateParams` has accepted; none that asks for nothing (`topK: 0`). */
export function unusedParams(params: SamplingParams): Name[] {
  const order = new Set<string>(orderOf(withDefaults(params)));
  const isUsed = (name: Name): boolean =>
    missing(name, params) === undefined &&
    readers.get(name)!.some((sampler) => order.has(sampler) && (isOn(sampler, params) || isOn(sampler, params, name)));
  return Object.keys(params)
    .filter((name): name is Name => (readers.get(name)?.length ?? 0) > 0)
    .filter((name) => asks(name, params[name]) && !isUsed(name));
}

/** The parameter that this one says how of, where it is off, or as it is without being given. */
function missing(name: Name, params: SamplingParams): string | undefined {
  const { tunes } = specs.get(name)!;
  if (tunes === undefined) return undefined;
  const value = withDefaults(params)[tunes as Name];
  const { off, absent } = specs.get(tunes)!;
  return value === undefined || value === off || value === absent ? tunes : undefined;
}

/** Whether the sampler does something, `without` one of the params. */
function isOn(sampler: SamplerName, params: SamplingParams, without?: Name): boolean {
  const complete = withDefaults(without === undefined ? params : { ...params, [without]: undefined });
  // Which tokens end the output may be known to the source alone.
  const { stopTokenIds: ends = [] } = complete;
  const stopTokenIds = ends.length > 0 ? ends : [0];
  return samplers[sampler].pack({ ...complete, stopTokenIds }, profileFor(complete)) !== undefined;
}

/** Whether the value is neither absence nor what comes to the same. */
function asks(name: Name, value: unknown): boolean {
  const { off, absent } = specs.get(name)!;
  if (value === undefined || value === off || value === absent) return false;
  if (typeof value !== "object" || value === null) return true;
  return (value instanceof Map ? value.size : Object.keys(value).length) > 0;
}

/** Why params that `unusedParams` named have no effect, in words: `topP (the chain leaves their stages out), mirostatTau (mirostat is off)`. */
export function unusedText(unused: readonly Name[], params: SamplingParams): string {
  const byReason = new Map<string, Name[]>();
  for (const name of unused) {
    const reason = reasonOf(name, params);
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => `${names.join(", ")} (${reason})`).join(", ");
}

function reasonOf(name: Name, params: SamplingParams): string {
  const complete = withDefaults(params);
  const order: readonly string[] = orderOf(complete);
  const off = readers.get(name)?.find((sampler) => order.includes(sampler));
  const tuned = missing(name, params);
  if (off !== undefined && tuned !== undefined) return `${tuned} is ${wordOf(specs.get(tuned)!)}`;
  if (off !== undefined) return `${off} ${off === "penalties" ? "are" : "is"} off`;
  const by = replacementIn(complete)?.by;
  const who = params.chain ? "the chain" : `profile "${complete.profile}"${by ? ` with ${by}` : ""}`;
  return `${who} leaves their stages out`;
}

/** The value at which nothing tunes a parameter. */
const wordOf = ({ absent }: NamedSpec): string => (typeof absent === "number" ? String(absent) : "off");
