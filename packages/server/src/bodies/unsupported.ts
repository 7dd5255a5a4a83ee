/**
 * Fields of OpenAI's, vLLM's and other engines' APIs that this server does not do: refused with the reason, unless the
 * value asks for nothing. A route that has the field does not look here.
 */
import { show } from "@tokenmill/check";
import { foreignHint, foreignNames } from "@tokenmill/core";
import { ApiError } from "../errors/apiError.ts";
import { snakeCase } from "./fieldNames.ts";
import type { JsonSchema } from "./jsonSchema.ts";

interface Unsupported {
  readonly reason: string;
  /** Whether the value asks for nothing. */
  readonly isHarmless?: (value: unknown) => boolean;
}

const tools = "the models here call no tools";
const text = "the models here read and write text only";
const template = "a conversation is written out in one way";
const noSpecials = "end of text has no text here";

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

const unsupported: Readonly<Record<string, Unsupported>> = {
  guided_decoding_backend: { reason: "there is one" },
  guided_whitespace_pattern: { reason: "the form of white space is fixed" },
  tools: { reason: tools, isHarmless: isEmpty },
  tool_choice: { reason: tools, isHarmless: isOneOf("none", "auto") },
  // Without tools there is nothing to call, in parallel or not.
  parallel_tool_calls: { reason: tools, isHarmless: isOneOf(true, false) },
  functions: { reason: tools, isHarmless: isEmpty },
  function_call: { reason: tools, isHarmless: isOneOf("none", "auto") },
  modalities: { reason: text, isHarmless: (value) => Array.isArray(value) && value.join() === "text" },
  audio: { reason: text },
  documents: { reason: text, isHarmless: isEmpty },
  mm_processor_kwargs: { reason: text, isHarmless: isEmpty },
  prediction: { reason: "predicted output is not available" },
  reasoning_effort: { reason: "the models here do not reason", isHarmless: isOneOf("none") },
  // There is no reasoning to be left in or out.
  include_reasoning: { reason: "the models here do not reason", isHarmless: isOneOf(true, false) },
  verbosity: { reason: "the models here do not follow instructions", isHarmless: isOneOf("medium") },
  web_search_options: { reason: "the server searches nothing" },
  suffix: { reason: "the models here do not insert", isHarmless: isOneOf("") },
  echo: { reason: "a conversation is not echoed", isHarmless: isOneOf(false) },
  best_of: { reason: "it is a field of /v1/completions", isHarmless: isOneOf(1) },
  chat_template: { reason: template },
  chat_template_kwargs: { reason: template, isHarmless: isEmpty },
  add_generation_prompt: { reason: "the assistant speaks next", isHarmless: isOneOf(true) },
  continue_final_message: { reason: "the assistant begins a message", isHarmless: isOneOf(false) },
  // The tokenizers here add none, asked for or not.
  add_special_tokens: { reason: "the tokenizers here add none", isHarmless: isOneOf(true, false) },
  skip_special_tokens: { reason: noSpecials, isHarmless: isOneOf(true) },
  spaces_between_special_tokens: { reason: noSpecials, isHarmless: isOneOf(true) },
  return_tokens_as_token_ids: { reason: "use return_token_ids", isHarmless: isOneOf(false) },
  truncate_prompt_tokens: { reason: "prompts are not cut" },
  priority: { reason: "sequences take turns in order of arrival", isHarmless: isOneOf(0) },
  vllm_xargs: { reason: "there are no extensions", isHarmless: isEmpty },
  kv_transfer_params: { reason: "there is no cache to transfer", isHarmless: isEmpty },
};

/** Takes harmless fields out of the body. @throws ApiError for one that asks for something. */
export function dropUnsupported(given: unknown, { properties = {} }: JsonSchema): void {
  if (typeof given !== "object" || given === null) return;
  const body: { [name: string]: unknown } = { ...given };
  for (const name of Object.keys(body)) {
    const found = Object.hasOwn(properties, name) ? undefined : unsupportedAs(name);
    if (!found) continue;
    if (!found.isHarmless?.(body[name])) {
      const message = `"${name}" is not supported: ${found.reason}; got ${show(body[name])}`;
      throw new ApiError(400, message, { param: name, code: "unsupported_parameter" });
    }
    Reflect.deleteProperty(given, name);
  }
}

function unsupportedAs(name: string): Unsupported | undefined {
  if (Object.hasOwn(unsupported, name)) return unsupported[name];
  const reason = foreignHint(name, snakeCase);
  return reason === undefined ? undefined : { reason, isHarmless: foreignNames[name]?.isOff ?? (() => false) };
}
