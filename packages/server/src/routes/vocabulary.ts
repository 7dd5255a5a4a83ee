/** `GET /v1/vocabulary`: the text of every token. */
import type { FastifyInstance } from "fastify";
import { jsonPieces, LazyArray } from "../answers/jsonPieces.ts";
import { sendPieces } from "../http/sendPieces.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { clientOf } from "../limits/client.ts";
import { tokenText } from "../openai/tokenBytes.ts";

export function addVocabularyRoute(app: FastifyInstance, context: ServeContext): void {
  const { source, model } = context;
  app.get("/v1/vocabulary", {
    config: {
      operation: {
        id: "getVocabulary",
        summary: "Texts of all tokens by id; bytes that are no whole characters as \\xE2.",
        tag: "sampling",
        answers: {
          200: {
            description: "A text for each token.",
            content: { "application/json": { type: "array", items: { type: "string" } } },
          },
        },
        errors: [404],
      },
    },
    handler: async (request, reply) => {
      const { tokenizer, vocabSize } = source;
      if (!tokenizer) {
        throw new ApiError(404, `${model} has no tokenizer: its tokens have no text`, { code: "no_tokenizer" });
      }
      const texts = new LazyArray(function* () {
        for (let tokenId = 0; tokenId < vocabSize; tokenId++) yield tokenText(tokenizer, tokenId);
      });
      const client = clientOf(request);
      return sendPieces(context, reply.type("application/json; charset=utf-8"), client, jsonPieces(texts));
    },
  });
}
