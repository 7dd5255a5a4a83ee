/** Parameters that several samplers read. */
import type { ParameterNotes, ParameterSpec } from "../kinds/parameter.ts";
import { tokenIds } from "../kinds/tokens.ts";

export interface SharedParams {
  /** Token ids that end the sequence. */
  stopTokenIds?: readonly number[];
}

export const sharedParameters: Readonly<Record<keyof SharedParams, ParameterSpec>> = {
  stopTokenIds: tokenIds(0, { actsElsewhere: true }),
};

export const sharedParameterNotes: Readonly<Record<keyof SharedParams, ParameterNotes>> = {
  stopTokenIds: { description: "tokens that end the sequence" },
};
