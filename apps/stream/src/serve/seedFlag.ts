/** `--seed`: a decimal integer of 64 bits. */
import { parameters } from "@tokenmill/core";
import { parseValue } from "../flags/parseValue.ts";

const seed = parameters.find(({ name }) => name === "seed")!;

/** @throws UsageError */
export function seedFlag(text: string): number | bigint {
  return parseValue(seed, text) as number | bigint;
}
