/** The declaration in an engine's file, and how an order of some samplers becomes an order of all. */
import { type BoundaryRules, type SamplerName, samplerNames, type SamplersParams } from "../samplers/table.ts";

export interface EngineFacts extends BoundaryRules {
  /** The engine's own samplers in its order, and those of ours that would stand in a wrong place without being named. */
  readonly published: readonly SamplerName[];
  /** A sampler that replaces others: with it on, this order runs instead. */
  readonly replacement?: { readonly by: SamplerName; readonly order: readonly SamplerName[] };
  /** What absent parameters mean where it is not "off". */
  readonly defaults: Readonly<SamplersParams>;
}

export interface Profile extends Omit<EngineFacts, "published"> {
  /** Every sampler, in the order in which they run. */
  readonly order: readonly SamplerName[];
}

export function profileOf({ published, ...facts }: EngineFacts): Profile {
  return { order: completeOrder(published), ...facts };
}

/** A sampler that is not named comes right after the one with the next smaller place, named or not. */
function completeOrder(published: readonly SamplerName[]): readonly SamplerName[] {
  const order = [...published];
  samplerNames.forEach((name, i) => {
    if (published.includes(name)) return;
    const before = samplerNames[i - 1];
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
  });
  return order;
}
