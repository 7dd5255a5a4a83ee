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

export function addJsonParser(
  app: FastifyInstance,
  { quotas, requestQueue }: Pick<ServeContext, "quotas" | "requestQueue">,
): void {
  app.removeAllContentTypeParsers();
  // Memory is claimed here: the sender's key has been checked before, where keys are required.
  // Nothing is read here: what a route takes besides JSON it reads itself, and a body that it does not take says nothing.
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.addContentTypeParser("application/json", async (request: FastifyRequest) => {
    const { tokenmill: served, raw, routeOptions } = request;
    // OpenAI's Python client names the type where it sends nothing.
    if (!routeOptions.config.operation?.body) return undefined;
    const client = clientOf(request);
    const claim = served.keepClaim(quotas.bodyBytes.claim(client, 0));
    const body = await wholeBody(served.upload, claim);
    if (body.length >= largeBodyBytes) await requestQueue.enter(client);
    if (raw.socket.destroyed) throw new ApiError(400, "the client is gone", { code: "client_gone" });
    const schema = routeOptions.schema?.body as JsonSchema | undefined;
    const value = withoutNulls(parseJson(body, "the body", exactNames(schema)), schema);
    served.bodyDigest = createHash("sha256").update(body).digest("base64url");
    return value;
  });
}
