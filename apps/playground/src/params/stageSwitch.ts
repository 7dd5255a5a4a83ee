/** Turns a stage on and off by the parameters that it reads. */
import { type Parameter, parameters, type SamplingParams, type StageName, stages } from "@tokenmill/core";
import { activeStages, chainOf, profileOrder, type Settings, withChain, withValue } from "./settings.ts";
import { sliderOf } from "./slider.ts";

/** The table entries of a stage, in the stage's order. */
export function parametersOf(stage: StageName): readonly Parameter[] {
  return stages[stage].params.flatMap((name) => parameters.find((parameter) => parameter.name === name) ?? []);
}

/** Settings in which the stage is on: the first of its parameters that suffices is given a value worth looking at. */
export function turnOn(settings: Settings, stage: StageName, vocabSize: number): Settings {
  const chain = chainOf(settings);
  let changed = settings;
  if (chain && !chain.includes(stage)) {
    const order = profileOrder(settings);
    const place = chain.findIndex((name) => order.indexOf(name) > order.indexOf(stage));
    changed = withChain(settings, chain.toSpliced(place < 0 ? chain.length : place, 0, stage));
  }
  for (const parameter of parametersOf(stage)) {
    const start = startOf(parameter, vocabSize);
    if (start === undefined) continue;
    const tried = withValue(changed, parameter.name, start);
    if (isOn(tried, stage, vocabSize)) return tried;
  }
  for (const parameter of parametersOf(stage)) {
    const start = startOf(parameter, vocabSize);
    if (start !== undefined) changed = withValue(changed, parameter.name, start);
  }
  return changed;
}

/** Settings in which the stage is off; a profile's default that turns it on is countered by the value that is off. */
export function turnOff(settings: Settings, stage: StageName, vocabSize: number): Settings {
  const table = parametersOf(stage);
  let changed = settings;
  for (const { name } of table) changed = withValue(changed, name, undefined);
  for (const parameter of table) {
    if (!isOn(changed, stage, vocabSize)) break;
    changed = withValue(changed, parameter.name, offOf(parameter, vocabSize));
  }
  const chain = chainOf(changed);
  return chain
    ? withChain(
        changed,
        chain.filter((name) => name !== stage),
      )
    : changed;
}

function isOn(settings: Settings, stage: StageName, vocabSize: number): boolean {
  try {
    return activeStages(settings, vocabSize).includes(stage);
  } catch {
    return false;
  }
}

function startOf(parameter: Parameter, vocabSize: number): unknown {
  const { kind } = parameter;
  if (kind === "number" || kind === "integer") return sliderOf(parameter, vocabSize).start;
  if (kind === "boolean") return true;
  if (kind === "tokenIds") return [0];
  if (kind === "tokenSequences") return [[0]];
  if (kind === "integers") return [0];
  return kind === "bias" ? { 0: 1 } : undefined;
}

function offOf(parameter: Parameter, vocabSize: number): unknown {
  if (parameter.name === ("temperature" satisfies keyof SamplingParams)) return 1;
  if (parameter.kind === "boolean") return false;
  if (parameter.kind !== "number" && parameter.kind !== "integer") return undefined;
  return sliderOf(parameter, vocabSize).off;
}
