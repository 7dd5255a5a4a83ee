/** `GET /v1/vocabulary`: the text of every token. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { tokenText } from "../openai/tokenBytes.ts";

export function addVocabularyRoute(app: FastifyInstance, { source, model }: ServeContext): void {
  let json: string | undefined;
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
    handler: async (_request, reply) => {
      const { tokenizer, vocabSize } = source;
      if (!tokenizer) {
        throw new ApiError(404, `${model} has no tokenizer: its tokens have no text`, { code: "no_tokenizer" });
      }
      json ??= JSON.stringify(Array.from({ length: vocabSize }, (_, tokenId) => tokenText(tokenizer, tokenId)));
      return reply.type("application/json; charset=utf-8").send(json);
    },
  });
}
