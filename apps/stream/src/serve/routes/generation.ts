/** `POST /v1/completions` and `/v1/chat/completions`. */
import { randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { answerStream } from "../generation/answerStream.ts";
import { answerWhole } from "../generation/answerWhole.ts";
import { chatJob } from "../openai/chatJob.ts";
import { chatSchema } from "../openai/chatSchema.ts";
import { completionJob } from "../openai/completionJob.ts";
import { completionSchema } from "../openai/completionSchema.ts";
import type { Job } from "../openai/job.ts";
import type { Body } from "../openai/planSequences.ts";
import { dropUnsupported } from "../openai/unsupported.ts";
import { parsePlace } from "../sse/eventPlace.ts";
import type { JsonSchema } from "../schema/jsonSchema.ts";

type MakeJob = (context: ServeContext, body: Body, id: string) => Job;

export function addGenerationRoutes(app: FastifyInstance, context: ServeContext): void {
  const add = (url: string, summary: string, body: JsonSchema, idPrefix: string, makeJob: MakeJob): void => {
    app.post(url, {
      schema: { summary, body, tags: ["generation"] },
      onRequest: async () => context.lifecycle.checkServing(),
      preValidation: async ({ body: given }) => {
        if (typeof given === "object" && given !== null) dropUnsupported(given as Record<string, unknown>);
      },
      handler: async (request, reply) => {
        const job = makeJob(context, request.body as Body, `${idPrefix}-${randomUUID().replaceAll("-", "")}`);
        try {
          // All sequences of a job are held to the same.
          await context.grammars?.compiled(job.sequences[0]!.request, () => reply.raw.destroyed);
          if (job.stream) await stream(context, job, request, reply);
          else {
            refuseResume(request);
            const answer = await answerWhole(context, job, reply.raw);
            if (answer === undefined) reply.hijack();
            else return await reply.send(answer);
          }
        } catch (error) {
          throw toApiError(error, job.clientName);
        }
        return reply;
      },
    });
  };
  add("/v1/completions", "Continues prompts.", completionSchema, "cmpl", completionJob);
  add("/v1/chat/completions", "Continues a conversation.", chatSchema, "chatcmpl", chatJob);
}

function stream(context: ServeContext, job: Job, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { bodyDigest, owner } = request;
  const resumed = resumedJob(context, job, request);
  return answerStream(context, resumed.job, {
    response: reply.raw,
    headers: () => reply.getHeaders() as OutgoingHttpHeaders,
    onStart: () => void reply.hijack(),
    ...(resumed.counts && { counts: resumed.counts }),
    onAlive: (sequenceIds) => context.resumable.touch({ bodyDigest, owner, sequenceIds }),
  });
}

/** With `Last-Event-ID`: the same sequences again, each from the event after those the client has. @throws ApiError */
function resumedJob(
  context: ServeContext,
  job: Job,
  request: FastifyRequest,
): { job: Job; counts?: readonly number[] } {
  const given = request.headers["last-event-id"];
  if (given === undefined || given === "") return { job };
  const param = "Last-Event-ID";
  const { length } = job.sequences;
  const place = typeof given === "string" ? parsePlace(given, length) : undefined;
  if (!place) {
    const form = length === 1 ? "<sequence>:<index>" : `<sequence>:<index>;<${length} counts>`;
    throw new ApiError(400, `"${param}" expected ${form}, got ${JSON.stringify(given)}`, { param });
  }
  const known = context.resumable.find(place.sequenceId);
  if (known?.bodyDigest !== request.bodyDigest || known.owner !== request.owner) {
    const message = `"${param}" names no stream of this request that can be resumed: it is too old, or had another body`;
    throw new ApiError(404, message, { param, code: "resume_unavailable" });
  }
  // The connection that had it may not be known to be dead yet.
  for (const sequenceId of known.sequenceIds) context.sequences.cancel(sequenceId);
  const sequences = job.sequences.map((sequence, index) => ({
    ...sequence,
    request: { ...sequence.request, sequenceId: known.sequenceIds[index]! },
  }));
  return { job: { ...job, sequences }, counts: place.counts };
}

function refuseResume({ headers }: FastifyRequest): void {
  if (!headers["last-event-id"]) return;
  throw new ApiError(400, '"Last-Event-ID" expected "stream": true', { param: "Last-Event-ID" });
}
