/** Body of `POST /v1/chat/completions`. */
import { checkText } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";
import type { BodyKind } from "./body.ts";
import { BodyFields, isRecord } from "./bodyFields.ts";
import { chatFields, chatRoles, chatSchema } from "./chatSchema.ts";
import { type CommonBody, decodeCommon } from "./commonBody.ts";
import { refuseWithoutLogprobs } from "./logprobTokenIds.ts";

export interface ChatMessage {
  readonly role: (typeof chatRoles)[number];
  /** Empty: the assistant said nothing. */
  readonly content: string;
  readonly name?: string;
}

export interface ChatBody extends CommonBody {
  readonly messages: readonly ChatMessage[];
  /** How many of the most probable tokens are sent with each; undefined: no log-probabilities at all. */
  readonly logprobs: number | undefined;
}

export const chatBody: BodyKind<ChatBody> = {
  schema: chatSchema,
  decode(raw) {
    const fields = new BodyFields(raw);
    const common = decodeCommon(fields, chatFields);
    const hasLogprobs = fields.flag("logprobs") === true;
    const top = fields.number("top_logprobs");
    if (top !== undefined && !hasLogprobs) {
      throw new ApiError(400, '"top_logprobs" expected "logprobs": true', { param: "top_logprobs" });
    }
    const isNamed = common.params.logprobTokenIds !== undefined;
    if (isNamed && !hasLogprobs) refuseWithoutLogprobs(fields, "true");
    const messages = fields.value("messages");
    return {
      ...common,
      messages: Array.isArray(messages) ? messages.map(messageOf) : [],
      // Named tokens come instead of the most probable ones.
      logprobs: hasLogprobs ? (isNamed ? 0 : (top ?? 0)) : undefined,
    };
  },
};

/** @throws ApiError for a message without content; the assistant's may have none. */
function messageOf(raw: unknown, index: number): ChatMessage {
  const fields = new BodyFields(raw);
  const given = fields.text("role");
  const role = chatRoles.find((one) => one === given) ?? "user";
  const name = fields.text("name");
  const param = `messages[${index}].content`;
  const content = contentText(fields.value("content"));
  if (content === undefined && role !== "assistant") {
    throw new ApiError(400, `"${param}" is missing`, { param, code: "missing_required_parameter" });
  }
  return { role, content: checkText(param, content ?? ""), ...(name !== undefined && { name }) };
}

/** Of a text, or of parts of text. */
function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content
    .map((part: unknown) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .join("");
}
