/**
 * Fields of OpenAI's and vLLM's APIs that this server does not do: refused with the reason, unless the value asks for
 * nothing.
 */
import { show } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";

const tools = "the models here call no tools";
const text = "the models here read and write text only";

/** Field, reason, and the values that ask for nothing. */
const unsupported: Readonly<Record<string, { reason: string; harmless?: (value: unknown) => boolean }>> = {
  guided_decoding_backend: { reason: "there is one" },
  tools: { reason: tools, harmless: (value) => Array.isArray(value) && value.length === 0 },
  tool_choice: { reason: tools, harmless: (value) => value === "none" || value === "auto" },
  parallel_tool_calls: { reason: tools },
  functions: { reason: tools, harmless: (value) => Array.isArray(value) && value.length === 0 },
  function_call: { reason: tools, harmless: (value) => value === "none" || value === "auto" },
  modalities: { reason: text, harmless: (value) => Array.isArray(value) && value.join() === "text" },
  audio: { reason: text },
  prediction: { reason: "predicted output is not available" },
  reasoning_effort: { reason: "the models here do not reason" },
  verbosity: { reason: "the models here do not follow instructions" },
  web_search_options: { reason: "the server searches nothing" },
  suffix: { reason: "the models here do not insert", harmless: (value) => value === "" },
  use_beam_search: { reason: "beam search is not available here", harmless: (value) => value === false },
  skip_special_tokens: { reason: "end of text has no text here", harmless: (value) => value === true },
  spaces_between_special_tokens: { reason: "end of text has no text here", harmless: (value) => value === true },
  truncate_prompt_tokens: { reason: "prompts are not cut" },
  priority: { reason: "sequences take turns in order of arrival", harmless: (value) => value === 0 },
};

/** Takes harmless fields out of the body. @throws ApiError for one that asks for something. */
export function dropUnsupported(body: Record<string, unknown>): void {
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(unsupported, name)) continue;
    const { reason, harmless } = unsupported[name]!;
    if (!harmless?.(body[name])) {
      const message = `"${name}" is not supported: ${reason}; got ${show(body[name])}`;
      throw new ApiError(400, message, { param: name, code: "unsupported_parameter" });
    }
    delete body[name];
  }
}
