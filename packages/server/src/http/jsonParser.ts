/** JSON bodies: strict UTF-8, not too deep, nulls that stand for "not given" dropped, and a digest to know the body again. */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { clientOf } from "../limits/client.ts";
import { largeBodyBytes } from "../limits/workQueue.ts";
import type { JsonSchema } from "../bodies/jsonSchema.ts";
import { withoutNulls } from "../bodies/withoutNulls.ts";
import { exactNames, parseJson } from "../bodies/parseJson.ts";
import { wholeBody } from "../limits/wholeBody.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes. */
    bodyDigest: string;
  }
}

export function addJsonParser(
  app: FastifyInstance,
  { quotas, requestQueue }: Pick<ServeContext, "quotas" | "requestQueue">,
): void {
  app.decorateRequest("bodyDigest", "");
  app.removeAllContentTypeParsers();
  // Memory is claimed here: the sender's key has been checked before, where keys are required.
  app.addContentTypeParser("application/json", async (request: FastifyRequest) => {
    const { socket } = request.raw;
    const client = clientOf(request.owner, socket);
    const claim = request.keepClaim(quotas.bodyBytes.claim(client, 0));
    const body = await wholeBody(request.upload, claim);
    if (body.length >= largeBodyBytes) await requestQueue.enter(client);
    if (socket.destroyed) throw new ApiError(400, "the client is gone", { code: "client_gone" });
    const schema = request.routeOptions.schema?.body as JsonSchema | undefined;
    const value = withoutNulls(parseJson(body, "the body", exactNames(schema)), schema);
    request.bodyDigest = createHash("sha256").update(body).digest("base64url");
    return value;
  });
}
