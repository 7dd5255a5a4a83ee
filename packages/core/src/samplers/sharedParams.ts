/** Parameters that several samplers read. */
import type { ParameterSpec } from "../kinds/parameter.ts";
import { tokenIds } from "../kinds/tokens.ts";

export interface SharedParams {
  /** Token ids that end the sequence. */
  stopTokenIds?: readonly number[];
}

export const sharedParameters: Readonly<Record<keyof SharedParams, ParameterSpec>> = {
  stopTokenIds: tokenIds(0, { description: "tokens that end the sequence", actsElsewhere: true }),
};
