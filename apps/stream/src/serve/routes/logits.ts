/** `POST /v1/logits`: the raw row after a prompt. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.ts";
import { promptIds } from "../generation/promptIds.ts";
import { RowReader } from "../generation/rowReader.ts";
import { nullable } from "../openapi/nullable.ts";
import { binary } from "../openapi/operation.ts";
import { object } from "../schema/jsonSchema.ts";

/** Longer prompts do not fit into a header. */
const mostToldIds = 1024;

const body = object({
  prompt: {
    anyOf: [{ type: "string" }, { type: "array", items: { type: "integer" } }],
    description: "Text or token ids. Absent: the row that a text begins with.",
    "x-expected": "string or array of token ids",
  },
});

export function addLogitsRoute(app: FastifyInstance, context: ServeContext): void {
  const reader = new RowReader(context.source, context.options.limits.maxContextTokens);
  app.addHook("onClose", () => reader.close());
  app.post("/v1/logits", {
    schema: { body },
    config: {
      operation: {
        id: "getLogits",
        summary: "The logits after a prompt.",
        tag: "sampling",
        body: { isRequired: true, content: { "application/json": nullable(body) } },
        answers: {
          200: {
            description: "Little-endian f32, one for each token of the vocabulary.",
            content: { "application/octet-stream": binary("The row.") },
            headers: [
              "x-tokenmill-vocab-size",
              "x-tokenmill-dtype",
              "x-tokenmill-prompt-tokens",
              "x-tokenmill-prompt-token-ids",
            ],
          },
        },
      },
    },
    onRequest: async () => context.lifecycle.checkServing(),
    handler: async (request, reply) => {
      const { prompt = [] } = request.body as { prompt?: string | readonly number[] };
      const ids = promptIds(context, prompt, 1);
      const row = await reader.read(ids);
      void reply.header("x-tokenmill-prompt-tokens", ids.length);
      if (ids.length <= mostToldIds) void reply.header("x-tokenmill-prompt-token-ids", ids.join(","));
      return reply
        .type("application/octet-stream")
        .header("x-tokenmill-vocab-size", row.length)
        .header("x-tokenmill-dtype", "f32")
        .send(Buffer.from(row.buffer, row.byteOffset, row.byteLength));
    },
  });
}
