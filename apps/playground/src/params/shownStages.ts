/** The stages that have a card: those that are on, and those that a setting is about though its value leaves them off. */
import { type SamplerName, samplerNames, samplers } from "@tokenmill/core";
import { chainOf, profileOrder, type Settings } from "./settings.ts";

/** Parameters that one stage alone reads, so that they say which one is meant. */
const own: ReadonlyMap<string, SamplerName> = new Map(
  samplerNames.flatMap((name) =>
    samplers[name].reads
      .filter((parameter) =>
        samplerNames.every((other) => other === name || !samplers[other].reads.includes(parameter)),
      )
      .map((parameter) => [parameter, name] as const),
  ),
);

/** In the order of the chain. A slider that crosses its off value keeps its place. `active`: what is on, in order. */
export function shownStages(settings: Settings, active: readonly SamplerName[]): readonly SamplerName[] {
  const named = new Set(Object.keys(settings).map((parameter) => own.get(parameter)));
  const order = chainOf(settings) ?? profileOrder(settings);
  return [...new Set([...order.filter((name) => active.includes(name) || named.has(name)), ...active])];
}
