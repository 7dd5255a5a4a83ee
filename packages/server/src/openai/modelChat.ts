/**
 * A conversation in the model's own format: its Jinja template, rendered as text and read as tokens. Names of special tokens are
 * these tokens where the template has written them, and text where a message has.
 */
import { messageOf } from "@tokenmill/check";
import type { ChatTemplate, Tokenizer } from "@tokenmill/core";
import { Template } from "@huggingface/jinja";
import type { ChatMessage } from "../bodies/chatBody.ts";
import { ApiError } from "../errors/apiError.ts";

/** Noncharacters of Unicode: one that no message has breaks the names of special tokens in messages. */
const firstMark = 0xfdd0;
const lastMark = 0xfdef;

/** Templates are parsed once. */
const parsed = new Map<string, Template>();

/** @throws ApiError for a conversation that the template refuses. */
export function modelChatIds(
  messages: readonly ChatMessage[],
  { template, bosToken, eosToken }: ChatTemplate,
  tokenizer: Tokenizer,
): number[] {
  const names = [...(tokenizer.specialTokens ?? [])].filter(([, name]) => name.length > 1);
  const isName = new RegExp(names.map(([, name]) => escaped(name)).join("|") || "(?!)", "gu");
  const texts = messages.map(({ content }) => content);
  const mark = markFor(texts);
  const broken = (text: string): string => text.replace(isName, (name) => `${name[0]}${mark}${name.slice(1)}`);
  const text = render(template, {
    messages: messages.map(({ role, name }, i) => ({
      role: role === "developer" ? "system" : role,
      content: broken(texts[i]!),
      ...(name !== undefined && { name: broken(name) }),
    })),
    add_generation_prompt: true,
    bos_token: bosToken,
    eos_token: eosToken,
  });
  const idOf = new Map(names.map(([id, name]) => [name, id]));
  const ids: number[] = [];
  let at = 0;
  const addText = (end: number): void => {
    if (end > at) ids.push(...tokenizer.encode(text.slice(at, end).replaceAll(mark, "")));
  };
  for (const { 0: name, index } of text.matchAll(isName)) {
    addText(index);
    ids.push(idOf.get(name)!);
    at = index + name.length;
  }
  addText(text.length);
  return ids;
}

function render(template: string, values: Record<string, unknown>): string {
  try {
    let compiled = parsed.get(template);
    if (!compiled) parsed.set(template, (compiled = new Template(template)));
    return compiled.render(values);
  } catch (error) {
    const message = `"messages" expected a conversation that the model's chat template takes: ${messageOf(error)}`;
    throw new ApiError(400, message, { param: "messages", cause: error });
  }
}

function markFor(texts: readonly string[]): string {
  for (let code = firstMark; code <= lastMark; code++) {
    const mark = String.fromCodePoint(code);
    if (!texts.some((text) => text.includes(mark))) return mark;
  }
  throw new ApiError(400, '"messages" expected text without noncharacters of Unicode', { param: "messages" });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
