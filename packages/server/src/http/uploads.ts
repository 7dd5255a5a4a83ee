/** Gives every request its body as it comes, and discards the unread rest of it after the answer. */
import type { FastifyInstance } from "fastify";
import { atEnd } from "../answers/atEnd.ts";
import type { ServeLimits } from "../options/limits.ts";
import "./servedRequest.ts";
import { UploadedBody } from "./uploadedBody.ts";

export function addUploads(app: FastifyInstance, limits: ServeLimits): void {
  app.decorateRequest("tokenmill");
  // A scope's own limit, not that of the app around it.
  app.addHook("onRoute", (route) => void (route.bodyLimit ??= limits.bodyLimitBytes));
  app.addHook("onRequest", async (request, reply) => {
    const { raw, routeOptions } = request;
    const limitBytes = routeOptions.bodyLimit ?? limits.bodyLimitBytes;
    const upload = new UploadedBody(raw, { ...limits, limitBytes });
    const hasBody = raw.headers["content-length"] !== undefined || raw.headers["transfer-encoding"] !== undefined;
    if (hasBody) reply.raw.once("finish", () => upload.drop());
    request.tokenmill = {
      upload,
      keepClaim: (claim) => {
        // The client may have left by now.
        atEnd(reply.raw, () => claim.release());
        return claim;
      },
      owner: "",
      bodyDigest: "",
    };
  });
}
