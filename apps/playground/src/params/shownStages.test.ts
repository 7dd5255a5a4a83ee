import { compileParams, parameters, samplerNames } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { activeStages, profileNames, type Settings } from "./settings.ts";
import { shownStages } from "./shownStages.ts";
import { turnOff, turnOn } from "./stageSwitch.ts";

describe("the cards of a chain", () => {
  it.each(profileNames)("are the stages that are on, in order, for each of %s", (profile) => {
    for (const stage of samplerNames) {
      const settings = turnOn({ profile, temperature: 0.5, topP: 0.5 }, stage, 50);
      const active = activeStages(settings, 50);
      expect(compileParams(settings, { vocabSize: 50, maxLogprobs: 0 }).stageNames).toEqual(active);
      // where mirostat replaces the others of llama.cpp, theirs stay
      expect(shownStages(settings, active).filter((name) => active.includes(name))).toEqual(active);
    }
  });

  it("keep one whose value is the one that is off, at its place", () => {
    for (const { name, off } of parameters.filter((parameter) => typeof parameter.off === "number")) {
      const settings: Settings = { minP: 0.1, temperature: 0.5, [name]: off };
      const shown = shownStages(settings, activeStages(settings, 50));
      const isOfTemperature = name === "temperature" || name === "dynatempRange";
      // several stages read it: it means none of them
      const isNoStage = name === "minKeep";
      expect([name, shown.length]).toEqual([name, isOfTemperature || isNoStage || name === "minP" ? 2 : 3]);
    }
  });

  it("leave a setting that another one reads where it is", () => {
    const both: Settings = { topP: 0.5, minP: 0.1, minKeep: 3 };
    expect(turnOff(both, "topP", 50)).toEqual({ minP: 0.1, minKeep: 3 });
    expect(turnOff(turnOff(both, "topP", 50), "minP", 50)).toEqual({});
  });

  it("go where a switch took out all that was set", () => {
    const settings = turnOff(turnOn({}, "topK", 50), "topK", 50);
    expect(shownStages(settings, activeStages(settings, 50))).toEqual([]);
  });
});
