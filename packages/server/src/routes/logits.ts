/** `POST /v1/logits`: the raw row after a prompt. */
import type { FastifyInstance } from "fastify";
import { logitsBody } from "../bodies/logitsBody.ts";
import type { ServeContext } from "../context/context.ts";
import { atEnd } from "../answers/atEnd.ts";
import { bytePieces, sendPieces } from "../http/sendPieces.ts";
import { claimHeld } from "../sequences/heldBytes.ts";
import { fitPrompt } from "../prompts/fitPrompt.ts";
import { RowReader } from "../sequences/rowReader.ts";
import { nullable } from "../openapi/nullable.ts";
import { binary } from "../openapi/operation.ts";
import { clientOf } from "../limits/client.ts";

/** Longer prompts do not fit into a header. */
const mostToldIds = 1024;

export function addLogitsRoute(app: FastifyInstance, context: ServeContext): void {
  const reader = new RowReader(context.source, context.options.limits);
  app.addHook("onClose", () => reader.close());
  app.post("/v1/logits", {
    schema: { body: logitsBody.schema },
    config: {
      operation: {
        id: "getLogits",
        summary: "The logits after a prompt.",
        tag: "sampling",
        body: { isRequired: true, content: { "application/json": nullable(logitsBody.schema) } },
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
      const { prompt, parseSpecial: special } = logitsBody.decode(request.body);
      const { ids } = fitPrompt(context, prompt, { maxTokens: 1, defaultMaxTokens: 1, special });
      const client = clientOf(request);
      const claim = claimHeld(context.quotas.heldBytes, client, 4 * context.source.vocabSize);
      atEnd(reply.raw, () => claim.release());
      const place = context.quotas.waiting.claim(client, 1);
      const row = await reader.read(client, ids).finally(() => place.release());
      void reply.header("x-tokenmill-prompt-tokens", ids.length);
      if (ids.length <= mostToldIds) void reply.header("x-tokenmill-prompt-token-ids", ids.join(","));
      void reply
        .type("application/octet-stream")
        .header("content-length", row.byteLength)
        .header("x-tokenmill-vocab-size", row.length)
        .header("x-tokenmill-dtype", "f32");
      const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
      return sendPieces(context, reply, client, bytePieces(bytes));
    },
  });
}
