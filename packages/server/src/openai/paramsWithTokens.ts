/** Token sequences that are texts as their tokens, at the start of a text and after a space. */
import type { SamplingParams } from "@tokenmill/core";
import type { CommonBody } from "../bodies/commonBody.ts";
import { snakeCase } from "../bodies/fieldNames.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";

/** @throws ApiError for a text where the model has no tokenizer. */
export function paramsWithTokens(
  { params, textSequences }: Pick<CommonBody, "params" | "textSequences">,
  { source: { tokenizer }, model }: ServeContext,
): SamplingParams {
  const tokensOf = (name: string, text: string): (readonly number[])[] => {
    if (!tokenizer) {
      const param = snakeCase(name);
      throw new ApiError(400, `"${param}" expected token ids, got text: ${model} has no tokenizer`, { param });
    }
    const texts = new Set([text, ` ${text.trimStart()}`]);
    return [...texts].map((one) => tokenizer.encode(one, { special: true })).filter((ids) => ids.length > 0);
  };
  const converted = textSequences.map(({ name, sequences }) => {
    return [name, sequences.flatMap((one) => (typeof one === "string" ? tokensOf(name, one) : [one]))] as const;
  });
  return { ...params, ...Object.fromEntries(converted) };
}
