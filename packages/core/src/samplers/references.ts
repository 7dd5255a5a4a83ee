/** What is known of each sampler, by name; the build lists them. */
import * as files from "../generated/references.ts";
import type { ParameterNotes } from "../kinds/parameter.ts";
import type { SamplerReference } from "./reference.ts";
import type { BoundaryRules, SamplerName, SamplersParams } from "./table.ts";

/** The reference of a sampler of the table, whichever it is. */
export interface AnyReference extends Omit<SamplerReference<SamplersParams, BoundaryRules>, "parameters"> {
  readonly parameters: Readonly<Partial<Record<keyof SamplersParams, ParameterNotes>>>;
}

const byName: Readonly<Record<SamplerName, () => AnyReference>> = files;

export const samplerReferences: Readonly<Record<SamplerName, AnyReference>> = Object.fromEntries(
  Object.entries(byName).map(([name, reference]) => [name, reference()]),
) as Record<SamplerName, AnyReference>;
