/** Turns a stage on and off by the parameters that it reads. */
import { type Parameter, parameters, type SamplerName, samplerNames, samplers } from "@tokenmill/core";
import { activeStages, chainOf, profileOrder, type Settings, withChain, withValue } from "./settings.ts";

/** The table entries of a stage, in the stage's order. */
export function parametersOf(stage: SamplerName): readonly Parameter[] {
  return samplers[stage].reads.flatMap((name) => parameters.find((parameter) => parameter.name === name) ?? []);
}

/** Settings in which the stage is on: the first of its parameters that suffices is given a value worth looking at. */
export function turnOn(settings: Settings, stage: SamplerName, vocabSize: number): Settings {
  const chain = chainOf(settings);
  let changed = settings;
  if (chain && !chain.includes(stage)) {
    const order = profileOrder(settings);
    const place = chain.findIndex((name) => order.indexOf(name) > order.indexOf(stage));
    changed = withChain(settings, chain.toSpliced(place < 0 ? chain.length : place, 0, stage));
  }
  for (const parameter of parametersOf(stage)) {
    const { name, start } = parameter;
    if (start === undefined) continue;
    const tried = withValue(changed, name, start);
    if (isOn(tried, stage, vocabSize)) return tried;
  }
  for (const { name, start } of parametersOf(stage)) {
    if (start !== undefined) changed = withValue(changed, name, start);
  }
  return changed;
}

/**
 * Settings in which the stage is off; a profile's default that turns it on is countered by the value that is off. What another
 * stage that is on reads too stays.
 */
export function turnOff(settings: Settings, stage: SamplerName, vocabSize: number): Settings {
  const table = parametersOf(stage);
  const others = samplerNames.filter((name) => name !== stage && isOn(settings, name, vocabSize));
  const isShared = ({ name }: Parameter): boolean =>
    others.some((other) => samplers[other].reads.some((read) => read === name));
  let changed = settings;
  for (const { name } of table.filter((parameter) => !isShared(parameter)))
    changed = withValue(changed, name, undefined);
  for (const { name, off } of table) {
    if (!isOn(changed, stage, vocabSize)) break;
    changed = withValue(changed, name, off);
  }
  const chain = chainOf(changed);
  return chain
    ? withChain(
        changed,
        chain.filter((name) => name !== stage),
      )
    : changed;
}

function isOn(settings: Settings, stage: SamplerName, vocabSize: number): boolean {
  try {
    return activeStages(settings, vocabSize).includes(stage);
  } catch {
    return false;
  }
}
