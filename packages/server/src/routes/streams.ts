/** `DELETE /v1/streams/{id}`: stops a stream, whichever server of a cluster has it. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { toApiError } from "../errors/toApiError.ts";
import { shape, text } from "../openapi/shapes.ts";
import { sequenceOfStream } from "../sse/eventPlace.ts";

const answer = shape({ id: text, stopped: { type: "boolean" } });

export function addStreamRoutes(app: FastifyInstance, context: ServeContext): void {
  app.delete<{ Params: { id: string } }>("/v1/streams/:id", {
    config: {
      operation: {
        id: "stopStream",
        summary: "Stops a stream by its id, in any connection and at any server of a cluster.",
        description:
          "Its client gets an error, stream_stopped, as the last event; what was made until then can still be resumed.",
        tag: "generation",
        parameters: [
          {
            name: "id",
            in: "path",
            description: "The id in the data of its events (cmpl-…, chatcmpl-…), or the id of any of its events.",
            schema: text,
          },
        ],
        answers: { 200: { description: "It is stopped.", content: { "application/json": answer } } },
        errors: [404, 503],
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { host, streams } = context;
      const { owner } = request.tokenmill;
      // Of an event's id the part that all events of a connection have.
      const stream = id.replace(/:.*$/, "");
      const stopped = host
        ? stopAt(host, { stream, owner, streamId: sequenceOfStream(stream) })
        : streams.stop(stream, owner);
      if (await stopped) return { id, stopped: true };
      const message = `no open stream of this API key has the id ${JSON.stringify(id)}: it has ended, or was resumed under another one`;
      throw new ApiError(404, message, { param: "id", code: "stream_not_found" });
    },
  });
}

async function stopAt(
  host: NonNullable<ServeContext["host"]>,
  name: Parameters<typeof host.stop>[0],
): Promise<boolean> {
  try {
    return await host.stop(name);
  } catch (error) {
    throw toApiError(error);
  }
}
