/** `POST /v1/completions` and `/v1/chat/completions`. */
import { randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { unusedParams } from "@tokenmill/core/internal";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { jsonPieces } from "../answers/jsonPieces.ts";
import { sendPieces } from "../http/sendPieces.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { atEnd } from "../answers/atEnd.ts";
import { answerStream } from "../generation/answerStream.ts";
import { answerWhole } from "../generation/answerWhole.ts";
import { type EndpointPath, endpoints } from "../generation/endpoints.ts";
import type { Release } from "../sequences/grammars.ts";
import { clientOf } from "../limits/client.ts";
import type { Job } from "../openai/job.ts";
import { dropUnsupported } from "../bodies/unsupported.ts";
import { type EventPlace, parsePlace } from "../sse/eventPlace.ts";
import { PlaceSeal } from "../sse/placeSeal.ts";
import { component, type Operation } from "../openapi/operation.ts";

const completionOperation = operationOf("createCompletion", "Continues prompts.", "Completion");
const chatOperation = operationOf("createChatCompletion", "Continues a conversation.", "ChatCompletion");
const jsonType = "application/json; charset=utf-8";

export function addGenerationRoutes(app: FastifyInstance, context: ServeContext): void {
  const add = (url: EndpointPath, operation: Operation): void => {
    const { schema, idPrefix, makeJob } = endpoints[url];
    app.post(url, {
      schema: { body: schema },
      config: { operation },
      onRequest: async () => context.lifecycle.checkServing(),
      preValidation: async ({ body: given }) => {
        dropUnsupported(given, schema);
      },
      handler: async (request, reply) => {
        const client = clientOf(request);
        const id = `${idPrefix}-${randomUUID().replaceAll("-", "")}`;
        const job = makeJob(context, request.body, id);
        const gone = new AbortController();
        const onClose = (): void => gone.abort();
        reply.raw.on("close", onClose);
        let release: Release | undefined;
        try {
          const unused = unusedParams(job.sequences[0]!.request).map((name) => job.clientName(name) ?? name);
          if (unused.length > 0) reply.header("x-tokenmill-unused-params", unused.join(", "));
          // All sequences of a job have the same grammar.
          release = await context.grammars?.compiled(client, job.sequences[0]!.request, gone.signal);
          if (job.stream) await stream(context, job, id, request, reply);
          else {
            refuseResume(request);
            const answer = await answerWhole(context, job, client, (act) => atEnd(reply.raw, act));
            if (answer === undefined) reply.hijack();
            else return await sendPieces(context, reply.type(jsonType), client, jsonPieces(answer));
          }
        } catch (error) {
          throw toApiError(error, job.clientName);
        } finally {
          reply.raw.off("close", onClose);
          release?.();
        }
        return reply;
      },
    });
  };
  add("/v1/completions", completionOperation);
  add("/v1/chat/completions", chatOperation);
}

/** @param name of the answer's schema; those of request and chunk begin with it */
function operationOf(id: string, summary: string, name: string): Operation {
  return {
    id,
    summary,
    tag: "generation",
    parameters: [
      {
        name: "Last-Event-ID",
        in: "header",
        description: "The id of the last event that came of a stream of the same body: it goes on behind it.",
        schema: { type: "string", pattern: "^\\d+:\\d+(;\\d+(,\\d+)+)?:[\\w-]{16}$" },
      },
    ],
    body: { isRequired: true, content: { "application/json": component(`${name}Request`) } },
    answers: {
      200: {
        description:
          `The output; with "stream": true events whose data is a ${name}Chunk or, where something goes wrong, an Error, ` +
          "whose ids are places to go on from, and whose last data is [DONE].",
        content: {
          "application/json": component(name),
          "text/event-stream": { type: "string", description: `Events of ${name}Chunk.` },
        },
      },
    },
    errors: [404, 409],
  };
}

function stream(
  context: ServeContext,
  job: Job,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const seal = sealOf(context, request);
  return answerStream(context, job, {
    id,
    owner: request.tokenmill.owner,
    client: clientOf(request),
    response: reply.raw,
    headers: () => reply.getHeaders() as OutgoingHttpHeaders,
    onStart: () => void reply.hijack(),
    seal,
    after: placeOf(request, seal),
  });
}

/** Of all that a stream's tokens follow from besides seed and output; another key cannot go on with a stream. */
function sealOf({ resume }: ServeContext, { tokenmill, routeOptions }: FastifyRequest): PlaceSeal {
  const { bodyDigest, owner } = tokenmill;
  return new PlaceSeal(resume.key, JSON.stringify([resume.identity, bodyDigest, routeOptions.url, owner]));
}

/** What the client has, by `Last-Event-ID`; undefined: nothing. @throws ApiError 404 */
function placeOf({ headers }: FastifyRequest, seal: PlaceSeal): EventPlace | undefined {
  const given = headers["last-event-id"];
  if (given === undefined || given === "") return undefined;
  const place = typeof given === "string" ? parsePlace(seal, given) : undefined;
  if (place) return place;
  const param = "Last-Event-ID";
  const message =
    `"${param}" expected the id of an event of a stream of this request, got ${JSON.stringify(given)}: ` +
    "the id must be as it came, and body, API key and the server's model, source, stages and version the same";
  throw new ApiError(404, message, { param, code: "resume_unavailable" });
}

function refuseResume({ headers }: FastifyRequest): void {
  if (!headers["last-event-id"]) return;
  throw new ApiError(400, '"Last-Event-ID" expected "stream": true', { param: "Last-Event-ID" });
}
