/** Parameters that may go from one value to another over sequences. */
import { type Parameter, parameters } from "@tokenmill/core";
import { sliderOf } from "./slider.ts";

export const sweepable: readonly Parameter[] = parameters.filter(
  ({ kind, name }) => (kind === "number" || kind === "integer") && name !== "logprobs",
);

/** The ends of the parameter's slider. */
export function sweepOf(name: string): { readonly from: number; readonly to: number } | undefined {
  const parameter = sweepable.find((each) => each.name === name);
  if (!parameter) return undefined;
  const { least, most } = sliderOf(parameter, Infinity);
  return { from: least, to: most };
}
