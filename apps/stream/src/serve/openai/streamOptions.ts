/** `stream_options`. */
import { ApiError } from "../errors/apiError.ts";
import type { Body } from "./planSequences.ts";

/** Whether the stream is to end with the token counts. @throws ApiError if there is no stream. */
export function includesUsage(body: Body): boolean {
  const options = body["stream_options"] as { include_usage?: boolean } | undefined;
  if (options === undefined) return false;
  if (body["stream"] !== true) {
    throw new ApiError(400, '"stream_options" expected "stream": true', { param: "stream_options" });
  }
  return options.include_usage === true;
}
