/** Gives every request its body as `request.upload`, and discards the unread rest of it after the answer. */
import type { FastifyInstance } from "fastify";
import { atEnd } from "../answers/atEnd.ts";
import type { Claim } from "../limits/shares.ts";
import type { ServeLimits } from "../options/limits.ts";
import { UploadedBody } from "./uploadedBody.ts";

declare module "fastify" {
  interface FastifyRequest {
    upload: UploadedBody;
    /** Takes the claim of the body's memory: it is released at the end of the answer. */
    keepClaim: (claim: Claim) => Claim;
  }
}

export function addUploads(app: FastifyInstance, limits: ServeLimits): void {
  app.decorateRequest("upload");
  app.decorateRequest("keepClaim");
  app.addHook("onRequest", async (request, reply) => {
    const { raw, routeOptions } = request;
    const limitBytes = routeOptions.bodyLimit ?? app.initialConfig.bodyLimit!;
    request.upload = new UploadedBody(raw, { ...limits, limitBytes });
    const hasBody = raw.headers["content-length"] !== undefined || raw.headers["transfer-encoding"] !== undefined;
    if (hasBody) reply.raw.once("finish", () => request.upload.drop());
    request.keepClaim = (claim) => {
      // The client may have left by now.
      atEnd(reply.raw, () => claim.release());
      return claim;
    };
  });
}
