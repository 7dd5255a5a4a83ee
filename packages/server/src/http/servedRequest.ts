/** What the routes know of a request besides Fastify's own: one decorator, so that a host's names stay its own. */
import type { Claim } from "../limits/shares.ts";
import type { UploadedBody } from "./uploadedBody.ts";

declare module "fastify" {
  interface FastifyRequest {
    tokenmill: ServedRequest;
  }
}

interface ServedRequest {
  /** The body as it comes. */
  readonly upload: UploadedBody;
  /** Takes the claim of the body's memory: it is released at the end of the answer. */
  readonly keepClaim: (claim: Claim) => Claim;
  /** Digest of the API key, "" where none is needed. */
  owner: string;
  /** SHA-256 of the body's bytes, once they are there. */
  bodyDigest: string;
}
