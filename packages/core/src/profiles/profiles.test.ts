import { describe, expect, it } from "vitest";
import { type SamplerName, samplers } from "../samplers/table.ts";
import { validateParams } from "../params/validateParams.ts";
import { profiles } from "./index.ts";

const all = Object.keys(samplers).sort();
const named = Object.entries(profiles).map(([name, profile]) => ({ name, ...profile }));

describe.each(named)("profile $name", ({ name, order, defaults }) => {
  it("has every stage once", () => {
    expect([...order].sort()).toEqual(all);
  });

  it("edits single logits before it cuts, but for textgen's last ones", () => {
    const ofTextgen: SamplerName[] = ["encoderRepetitionPenalty", "noRepeatNgram", "encoderNoRepeatNgram"];
    const last = name === "textgen" ? ofTextgen : [];
    const kinds = order.filter((stage) => !last.includes(stage)).map((stage) => samplers[stage].kind);
    expect(kinds.lastIndexOf("edit")).toBeLessThan(kinds.findIndex((kind) => kind !== "edit"));
    expect(order.slice(order.length - last.length)).toEqual(last);
  });

  it("has valid defaults", () => {
    expect(() => validateParams({ ...defaults, profile: name as keyof typeof profiles }, 100, 20)).not.toThrow();
  });
});

describe("order", () => {
  const orderOf = (name: keyof typeof profiles, ...of: SamplerName[]): SamplerName[] =>
    profiles[name].order.filter((stage) => of.includes(stage));

  it("puts the temperature before the cuts, and last in llama.cpp, mlx and koboldcpp", () => {
    const of: SamplerName[] = ["temperature", "topK", "topP", "minP", "typicalP"];
    for (const name of ["tokenmill", "hf"] as const) {
      expect(orderOf(name, ...of)).toEqual(["temperature", "topK", "topP", "minP", "typicalP"]);
    }
    expect(orderOf("vllm", ...of)).toEqual(["temperature", "minP", "topK", "topP", "typicalP"]);
    expect(orderOf("llama.cpp", ...of)).toEqual(["topK", "typicalP", "topP", "minP", "temperature"]);
    expect(orderOf("sglang", ...of)).toEqual(["temperature", "topP", "topK", "minP", "typicalP"]);
    expect(orderOf("mlx", ...of)).toEqual(["typicalP", "topP", "minP", "topK", "temperature"]);
    expect(orderOf("koboldcpp", ...of)).toEqual(["topK", "typicalP", "topP", "minP", "temperature"]);
    expect(orderOf("textgen", ...of)).toEqual(["temperature", "topK", "topP", "typicalP", "minP"]);
  });
});
