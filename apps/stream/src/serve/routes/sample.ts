/** `POST /v1/sample`: rows in, tokens out. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { limitBytes } from "../sample/limitBytes.ts";

const rowsType = "application/x-tokenmill-rows";

export function addSampleRoute(app: FastifyInstance, context: ServeContext): void {
  const { samples, lifecycle, options } = context;
  const limit = options.limits.sampleBodyLimitBytes;
  // Not read here: the rows go from the socket into shared memory.
  app.addContentTypeParser([rowsType, "application/octet-stream"], (_request, _payload, done) => done(null));
  app.post("/v1/sample", {
    schema: {
      summary: "Samples rows of logits: header length (4 bytes little-endian), MessagePack header, rows.",
      consumes: [rowsType],
      tags: ["sampling"],
    },
    bodyLimit: limit,
    onRequest: async () => lifecycle.checkServing(),
    handler: async (request, reply) => {
      if (request.headers["content-type"]?.includes("json")) {
        throw new ApiError(415, `the body expected ${rowsType}`, { code: "unsupported_media_type" });
      }
      const answer = await samples.run(samples.scopeOf(request.owner), limitBytes(request.raw, limit));
      return reply.type("application/x-msgpack").send(Buffer.from(answer.buffer, answer.byteOffset, answer.length));
    },
  });
}
