/** What is said of a sparse row that lists too little. */
import { OP_CUSTOM } from "../layout.ts";
import { samplersByOpcode } from "../samplers/table.ts";

const names = new Map<number, string>([
  [-2, "logprobTokenIds"],
  [-1, "logprobs"],
  [0, "the draw, which nothing cuts before"],
  [OP_CUSTOM, "a custom stage"],
]);
for (const [i, name] of samplersByOpcode.entries()) names.set(i + 1, name);

/** @param stage its opcode, 0 for the draw, −1 for log-probabilities, −2 for those of named tokens; the other two NaN where they are not known */
export function shortfallText(stage: number, needed: number, covered: number): string {
  const name = names.get(stage) ?? `stage ${stage}`;
  const text = `the sparse row lists too little for ${name}`;
  return Number.isNaN(needed) ? text : `${text}: ${rounded(needed)} needed, ${rounded(covered)} covered`;
}

const rounded = (x: number): number => Number(x.toPrecision(6));
