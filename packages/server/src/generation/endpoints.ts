/** The two ways to ask for output: what a path's body is, and how it becomes a job. */
import type { BodyKind } from "../bodies/body.ts";
import { chatBody } from "../bodies/chatBody.ts";
import { completionBody } from "../bodies/completionBody.ts";
import type { ServeContext } from "../context/context.ts";
import { chatJob } from "../openai/chatJob.ts";
import { completionJob } from "../openai/completionJob.ts";
import type { Job } from "../openai/job.ts";

export interface Endpoint {
  /** Of the ids of its answers. */
  readonly idPrefix: string;
  readonly schema: BodyKind<unknown>["schema"];
  /** @param body as the schema describes it. @throws ApiError */
  makeJob(context: ServeContext, body: unknown, id: string): Job;
}

function endpointOf<Body>(
  idPrefix: string,
  kind: BodyKind<Body>,
  makeJob: (context: ServeContext, body: Body, id: string) => Job,
): Endpoint {
  return { idPrefix, schema: kind.schema, makeJob: (context, body, id) => makeJob(context, kind.decode(body), id) };
}

export type EndpointPath = "/v1/completions" | "/v1/chat/completions";

export const endpoints: Readonly<Record<EndpointPath, Endpoint>> = {
  "/v1/completions": endpointOf("cmpl", completionBody, completionJob),
  "/v1/chat/completions": endpointOf("chatcmpl", chatBody, chatJob),
};
