/** `POST /v1/sample`: rows in, tokens out. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { binary, component } from "../openapi/operation.ts";
import { sendPieces } from "../http/sendPieces.ts";
import { clientOf } from "../limits/client.ts";
import { RowBody } from "../sample/rowBody.ts";

const rowsType = "application/x-tokenmill-rows";

export function addSampleRoute(app: FastifyInstance, context: ServeContext): void {
  const { samples, lifecycle, options, quotas } = context;
  app.post("/v1/sample", {
    config: {
      operation: {
        id: "sampleRows",
        summary: "Samples rows of logits.",
        description:
          "The body: the length of the header (4 bytes little-endian), the header SampleHeader in MessagePack, the rows. " +
          "The answer is SampleAnswer in MessagePack.",
        tag: "sampling",
        body: {
          isRequired: true,
          content: { [rowsType]: binary("Header and rows."), "application/octet-stream": binary("Header and rows.") },
        },
        answers: {
          200: {
            description: "A result for each row.",
            content: { "application/x-msgpack": component("SampleAnswer") },
          },
        },
      },
    },
    bodyLimit: options.limits.sampleBodyLimitBytes,
    onRequest: async () => lifecycle.checkServing(),
    handler: async (request, reply) => {
      const { owner, upload, keepClaim } = request.tokenmill;
      const client = clientOf(request);
      const claim = keepClaim(quotas.bodyBytes.claim(client, 0));
      const answer = await samples.run(samples.scopeOf(owner), client, new RowBody(upload, claim));
      return sendPieces(context, reply.type("application/x-msgpack"), client, answer);
    },
  });
}
