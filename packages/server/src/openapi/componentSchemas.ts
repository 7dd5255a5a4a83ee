/** Schemas that the document's operations name: requests and responses. */
import { chatSchema } from "../bodies/chatSchema.ts";
import { completionSchema } from "../bodies/completionSchema.ts";
import { answerSchemas } from "./answerSchemas.ts";
import { batchSchemas } from "./batchSchemas.ts";
import { nullable } from "./nullable.ts";
import type { Described } from "./operation.ts";
import { sampleSchemas } from "./sampleSchemas.ts";
import { streamSchemas } from "./streamSchemas.ts";

export const componentSchemas: Readonly<Record<string, Described>> = {
  CompletionRequest: nullable(completionSchema),
  ChatCompletionRequest: nullable(chatSchema),
  ...answerSchemas,
  ...batchSchemas,
  ...sampleSchemas,
  ...streamSchemas,
};
