/** `stream_options`. */
import { ApiError } from "../errors/apiError.ts";
import { boolean, type JsonSchema, object } from "./jsonSchema.ts";
import type { RawBody } from "./bodyFields.ts";

export const streamOptionsField: JsonSchema = object({
  include_usage: boolean("End the stream with a chunk that holds the token counts."),
  continuous_usage_stats: boolean("Send with every chunk the token counts of its choice so far."),
  include_obfuscation: {
    type: "boolean",
    enum: [false],
    description: "Only false: nothing is obfuscated.",
    "x-expected": "false, as nothing is obfuscated here",
  },
});

/** Where a stream has token counts. */
export interface StreamUsage {
  /** In a chunk of its own after the others, which say `"usage": null` unless they have their own. */
  readonly atEnd: boolean;
  /** In every chunk, those of its choice. */
  readonly inEach: boolean;
}

/** @throws ApiError if there is no stream. */
export function streamUsageOf(options: RawBody | undefined, stream: boolean): StreamUsage {
  if (options !== undefined && !stream) {
    throw new ApiError(400, '"stream_options" expected "stream": true', { param: "stream_options" });
  }
  return { atEnd: options?.["include_usage"] === true, inEach: options?.["continuous_usage_stats"] === true };
}
