/** Is it there, is it ready, what is it, how does it do. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.ts";
import { ApiError } from "../errors/apiError.ts";

export function addStatusRoutes(app: FastifyInstance, context: ServeContext): void {
  const { lifecycle, metrics, model, startedSeconds, source, version, options } = context;
  const get = (url: string, summary: string, handler: () => unknown): void => {
    const isPublic = !url.startsWith("/v1/");
    app.get(url, { schema: { summary, tags: ["status"] }, config: { isPublic }, handler: async () => handler() });
  };
  get("/health", "200 as long as the process answers.", () => ({ status: "ok" }));
  get("/ready", "200 while new requests are taken, 503 from the begin of the shutdown on.", () => {
    lifecycle.checkServing();
    return { status: "ready" };
  });
  get("/version", "The version of the server.", () => ({ version }));
  app.get("/metrics", {
    schema: { summary: "Prometheus metrics.", tags: ["status"] },
    config: { isPublic: true },
    handler: async (_request, reply) => {
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    },
  });
  const card = {
    id: model,
    object: "model",
    created: startedSeconds,
    owned_by: "tokenmill",
    max_model_len: options.limits.maxContextTokens,
    vocab_size: source.vocabSize,
  };
  get("/v1/models", "The models that requests can name.", () => ({ object: "list", data: [card] }));
  app.get("/v1/models/*", {
    schema: { summary: "One model.", tags: ["status"] },
    handler: async (request) => {
      const wanted = (request.params as { "*": string })["*"];
      if (wanted === model) return card;
      const message = `the model ${JSON.stringify(wanted)} does not exist: this server has ${JSON.stringify(model)}`;
      throw new ApiError(404, message, { param: "model", code: "model_not_found" });
    },
  });
  get("/openapi.json", "This API as an OpenAPI 3.1 document.", () => app.swagger());
}
