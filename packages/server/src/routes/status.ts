/** Liveness, readiness, version, metrics and models. */
import type { FastifyInstance } from "fastify";
import { bytePieces, sendPieces } from "../http/sendPieces.ts";
import { clientOf } from "../limits/client.ts";
import type { ServeContext } from "../context/context.ts";
import { ApiError } from "../errors/apiError.ts";
import { checkModel } from "../openai/checkModel.ts";
import { component, type Described } from "../openapi/operation.ts";
import { shape, text } from "../openapi/shapes.ts";

export function addStatusRoutes(app: FastifyInstance, context: ServeContext): void {
  const { lifecycle, metrics, model, startedSeconds, source, version, options } = context;
  const get = (url: string, operation: StatusOperation, handler: () => unknown): void => {
    const { id, summary, answer, errors = [] } = operation;
    const content = { "application/json": answer };
    const answers = { 200: { description: summary, content } };
    app.get(url, {
      config: { isPublic: !url.startsWith("/v1/"), operation: { id, summary, tag: "status", answers, errors } },
      handler: async () => handler(),
    });
  };
  const ok = shape({ status: text });
  get("/health", { id: "getHealth", summary: "200 as long as the process answers.", answer: ok }, () => ({
    status: "ok",
  }));
  const readiness =
    "200 while new requests are taken, 503 from the begin of the shutdown on, and while its cluster cannot be reached.";
  get("/ready", { id: "getReady", summary: readiness, answer: ok, errors: [503] }, () => {
    lifecycle.checkServing();
    if (context.host?.isConnected === false) {
      throw new ApiError(503, "the cluster cannot be reached", { code: "cluster_unavailable", retryAfterSeconds: 1 });
    }
    return { status: "ready" };
  });
  const versions = shape({ version: text });
  get("/version", { id: "getVersion", summary: "The version of the server.", answer: versions }, () => ({ version }));
  app.get("/metrics", {
    config: {
      isPublic: true,
      operation: {
        id: "getMetrics",
        summary: "Prometheus metrics.",
        tag: "status",
        answers: { 200: { description: "In Prometheus' text format.", content: { "text/plain": text } } },
      },
    },
    handler: async (request, reply) => {
      const client = clientOf(request);
      await context.answerQueue.enter(client);
      const exposition = Buffer.from(await metrics.registry.metrics());
      void reply.type(metrics.registry.contentType).header("content-length", exposition.length);
      return sendPieces(context, reply, client, bytePieces(exposition));
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
  const models = "The models that requests can name.";
  get("/v1/models", { id: "listModels", summary: models, answer: component("ModelList") }, () => ({
    object: "list",
    data: [card],
  }));
  app.get<{ Params: { "*": string } }>("/v1/models/*", {
    config: {
      operation: {
        id: "getModel",
        summary: "One model.",
        tag: "status",
        parameters: [{ name: "model", in: "path", description: "Its name; may have slashes.", schema: text }],
        answers: { 200: { description: "The model.", content: { "application/json": component("Model") } } },
        errors: [404],
      },
    },
    handler: async (request) => {
      const { "*": wanted } = request.params;
      checkModel(wanted, model);
      return card;
    },
  });
}

interface StatusOperation {
  readonly id: string;
  readonly summary: string;
  readonly answer: Described;
  readonly errors?: readonly number[];
}
