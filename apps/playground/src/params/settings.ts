/** The user's settings as a bag that the parameter table describes: new samplers need no code here. */
import {
  compileParams,
  type ProfileName,
  profiles,
  type SamplerName,
  samplers,
  type SamplingParams,
} from "@tokenmill/core";

/** The page has no stages of a user's own. */
const isSamplerName = (name: string): name is SamplerName => name in samplers;

/** Only what differs from the profile's defaults. */
export type Settings = SamplingParams;

/** A parameter's value in `settings`, or the profile's default. */
export function valueOf(settings: Settings, name: keyof SamplingParams): unknown {
  const defaults: SamplingParams = profiles[settings.profile ?? "tokenmill"].defaults;
  return settings[name] ?? defaults[name];
}

/** A copy with one value changed; undefined removes it. */
export function withValue(settings: Settings, name: keyof SamplingParams, value: unknown): Settings {
  const entries = Object.entries(settings).filter(([other]) => other !== name);
  return Object.fromEntries(value === undefined ? entries : [...entries, [name, value]]);
}

/** The stages that are on, in order. @throws TypeError, RangeError for bad settings. */
export function activeStages(settings: Settings, vocabSize: number): readonly SamplerName[] {
  return compileParams(settings, { vocabSize, maxLogprobs: 0 }).stageNames.filter(isSamplerName);
}

export const profileNames: readonly ProfileName[] = Object.keys(profiles) as ProfileName[];

/** The chain that the settings name, if they name one. */
export function chainOf(settings: Settings): readonly SamplerName[] | undefined {
  return settings.chain?.filter(isSamplerName);
}

/** All stages in the order of the profile. */
export function profileOrder(settings: Settings): readonly SamplerName[] {
  return profiles[settings.profile ?? "tokenmill"].order;
}

/** The settings with the active stages in that order; the profile's own order needs no chain. */
export function withChain(settings: Settings, order: readonly SamplerName[]): Settings {
  const byProfile = profileOrder(settings).filter((name) => order.includes(name));
  const isProfiles = order.length === byProfile.length && order.every((name, i) => name === byProfile[i]);
  return withValue(settings, "chain", isProfiles ? undefined : order);
}
