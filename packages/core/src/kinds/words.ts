/** Parameters that are one of a few words, or yes and no. */
import type { ParameterFacts, ParameterSpec } from "./parameter.ts";

export function choice(choices: readonly string[], facts?: ParameterFacts<string>): ParameterSpec {
  return {
    ...facts,
    kind: "choice",
    choices,
    expected: `one of ${choices.map((one) => `"${one}"`).join(", ")}`,
    hasType: (value) => typeof value === "string",
    faultOf: (value) => (typeof value === "string" && choices.includes(value) ? undefined : { value }),
  };
}

export function boolean(facts?: ParameterFacts<boolean>): ParameterSpec {
  return {
    off: false,
    ...facts,
    kind: "boolean",
    expected: "boolean",
    hasType: (value) => typeof value === "boolean",
    faultOf: () => undefined,
  };
}
