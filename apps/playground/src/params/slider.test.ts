import { parameters, samplerNames } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { activeStages, type Settings } from "./settings.ts";
import { sliderOf } from "./slider.ts";
import { turnOff, turnOn } from "./stageSwitch.ts";

const accepts = (name: string, value: unknown, vocabSize: number): boolean =>
  parameters.find((each) => each.name === name)!.faultOf(value, vocabSize) === undefined;

describe("a slider", () => {
  const numbers = parameters.filter(({ kind }) => kind === "number" || kind === "integer");

  it.each(numbers.map((parameter) => [parameter.name, parameter] as const))(
    "of %s has both ends, its start and its off value in the parameter's range",
    (name, parameter) => {
      for (const vocabSize of [6, 50_257]) {
        const { least, most, start, off } = sliderOf(parameter, vocabSize);
        expect(least).toBeLessThan(most);
        for (const value of [least, most, start, ...(off === undefined ? [] : [off])]) {
          expect(`${value} ${accepts(name, value, vocabSize)}`).toBe(`${value} true`);
        }
      }
    },
  );
});

describe("a stage", () => {
  it.each(samplerNames)("%s goes on by its switch, and off again", (name) => {
    const on = turnOn({}, name, 6);
    expect(activeStages(on, 6)).toEqual([name]);
    expect(turnOff(on, name, 6)).toEqual({});
  });

  it("that a profile turns on goes off too", () => {
    const settings: Settings = { profile: "llama.cpp" };
    let off = settings;
    for (const name of activeStages(settings, 100)) off = turnOff(off, name, 100);
    expect(activeStages(off, 100)).toEqual([]);
  });

  it("that a chain does not list takes the profile's place in it", () => {
    const settings: Settings = { chain: ["topP", "temperature"], topP: 0.9, temperature: 2 };
    expect(turnOn(settings, "topK", 6).chain).toEqual(["topK", "topP", "temperature"]);
  });
});
