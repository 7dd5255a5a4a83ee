/** The samplers by name in the order of their places, and the parameters and rules that they have together. */
import type { ParameterSpec } from "../kinds/parameter.ts";
import type { SamplerEntry } from "./entry.ts";
import * as files from "./index.ts";
import { sharedParameters } from "./sharedParams.ts";

export type SamplerName = keyof typeof files;

type Pack = (typeof files)[SamplerName]["pack"];
type Params = Pack extends (params: infer P, rules: never) => unknown ? P : never;
type Rules = Pack extends (params: never, rules: infer R) => unknown ? R : never;

/** The parameters of all samplers, and those that several read. */
export interface SamplersParams extends Params {}

/** Where engines draw the boundaries of samplers differently. */
export interface BoundaryRules extends Rules {}

/** A sampler of the table, whichever it is. */
interface SamplerFile extends Omit<SamplerEntry<SamplersParams, BoundaryRules>, "parameters"> {
  readonly parameters: Readonly<Partial<Record<keyof SamplersParams, ParameterSpec>>>;
}

/** The same with the names of all parameters that it reads: its own, then the shared ones. */
export interface AnySampler extends SamplerFile {
  readonly reads: readonly (keyof SamplersParams)[];
}

const byName: Readonly<Record<SamplerName, SamplerFile>> = files;

export const samplerNames: readonly SamplerName[] = (Object.keys(byName) as SamplerName[]).sort(
  (a, b) => byName[a].place - byName[b].place,
);

function listed(sampler: SamplerFile): AnySampler {
  const own = Object.keys(sampler.parameters) as (keyof SamplersParams)[];
  return { ...sampler, reads: [...own, ...(sampler.alsoReads ?? [])] };
}

export const samplers: Readonly<Record<SamplerName, AnySampler>> = Object.fromEntries(
  samplerNames.map((name) => [name, listed(byName[name])]),
) as Record<SamplerName, AnySampler>;

const isEdit = (name: SamplerName): boolean => samplers[name].kind === "edit";

/** By the kernels' opcodes, which count from 1: edits first, the walk tells them from the rest. */
export const samplersByOpcode: readonly SamplerName[] = [
  ...samplerNames.filter(isEdit),
  ...samplerNames.filter((name) => !isEdit(name)),
];

export const isSamplerName = (name: string): name is SamplerName => Object.hasOwn(samplers, name);

/** Every parameter of a sampler, in the order of the samplers, then the shared ones. */
export const samplerParameters: readonly (ParameterSpec & { readonly name: keyof SamplersParams })[] = [
  ...samplerNames.flatMap((name) => Object.entries(samplers[name].parameters)),
  ...Object.entries(sharedParameters),
].map(([name, spec]) => ({ ...spec, name: name as keyof SamplersParams }));
