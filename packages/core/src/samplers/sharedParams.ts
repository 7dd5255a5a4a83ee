/** Parameters that several samplers read. */
import { integer } from "../kinds/numbers.ts";
import type { ParameterNotes, ParameterSpec } from "../kinds/parameter.ts";
import { tokenIds } from "../kinds/tokens.ts";

export interface SharedParams {
  /** Token ids that end the sequence. */
  stopTokenIds?: readonly number[];
  /** Top-p, min-p and typical keep that many tokens at least, and XTC acts only where it leaves as many; integer ≥ 1, 1 is off. */
  minKeep?: number;
}

export const sharedParameters: Readonly<Record<keyof SharedParams, ParameterSpec>> = {
  stopTokenIds: tokenIds(0, { actsElsewhere: true }),
  minKeep: integer(1, { off: 1, countsTokens: true, foreignOff: 0 }),
};

/** As kernels read it: 0 asks for nothing. */
export const leastKept = ({ minKeep = 1 }: SharedParams): number => (minKeep === 1 ? 0 : minKeep);

export const sharedParameterNotes: Readonly<Record<keyof SharedParams, ParameterNotes>> = {
  stopTokenIds: { description: "tokens that end the sequence" },
  minKeep: {
    description: "top-p, min-p and typical keep that many tokens, and XTC acts only where it leaves as many",
    start: 2,
    usualMost: 20,
    samples: { between: [1, 8], also: [70] },
  },
};
