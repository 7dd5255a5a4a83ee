/** `/v1/batches`: files of requests, answered in the background. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { type BatchRecord, shownBatch } from "../jobs/batchRecord.ts";
import { checkJobs, type Jobs } from "../jobs/jobs.ts";
import { type JsonSchema, object, string } from "../bodies/jsonSchema.ts";
import { endpoints } from "../generation/endpoints.ts";
import { nullable } from "../openapi/nullable.ts";
import { component, type Operation } from "../openapi/operation.ts";
import { page, pageOf, pageParameters, type PageQuery } from "../jobs/pages.ts";

const [mostListed, listedByDefault] = [100, 20];

interface BatchBody {
  readonly input_file_id: string;
  readonly endpoint: string;
  readonly completion_window: "24h";
  readonly metadata?: Readonly<Record<string, string>>;
}

const choice = (description: string, ...values: readonly string[]): JsonSchema => ({
  type: "string",
  description,
  enum: values,
  "x-expected": values.map((value) => JSON.stringify(value)).join(" or "),
});

const bodySchema: JsonSchema = object(
  {
    input_file_id: string("The file of requests, as /v1/files gave its id."),
    endpoint: choice("The path that all of its requests name.", ...Object.keys(endpoints)),
    completion_window: choice("Time after which what is not done is left.", "24h"),
    metadata: {
      type: "object",
      description: "Kept with the batch: at most 16 texts of at most 512 characters, under names of at most 64.",
      "x-expected": "an object of at most 16 strings",
      maxProperties: 16,
      propertyNames: { maxLength: 64, "x-expected": "names of at most 64 characters" },
      additionalProperties: { type: "string", maxLength: 512, "x-expected": "string of at most 512 characters" },
    },
  },
  ["input_file_id", "endpoint", "completion_window"],
);

const id: NonNullable<Operation["parameters"]>[number] = {
  name: "id",
  in: "path",
  description: "Of the batch.",
  schema: { type: "string" },
};

export function addBatchRoutes(app: FastifyInstance, { lifecycle }: ServeContext, jobs: Jobs | undefined): void {
  const operation = (
    name: string,
    summary: string,
    parts: Partial<Operation>,
    answer = "Batch",
  ): { operation: Operation } => ({
    operation: {
      id: name,
      summary,
      tag: "batches",
      answers: { 200: { description: summary, content: { "application/json": component(answer) } } },
      errors: [404],
      ...parts,
    },
  });
  app.post("/v1/batches", {
    schema: { body: bodySchema },
    config: operation("createBatch", "Has a file of requests answered.", {
      body: { isRequired: true, content: { "application/json": nullable(bodySchema) } },
      errors: [404, 507],
    }),
    onRequest: async () => {
      lifecycle.checkServing();
      checkJobs(jobs);
    },
    handler: async ({ tokenmill: { owner }, body }) => {
      const { input_file_id, endpoint, metadata = null } = body as BatchBody;
      return shownBatch(await checkJobs(jobs).batches.create({ owner, input_file_id, endpoint, metadata }));
    },
  });
  const parameters = pageParameters(mostListed, listedByDefault);
  app.get<{ Querystring: PageQuery }>("/v1/batches", {
    config: operation("listBatches", "Batches, the newest first.", { parameters }, "BatchList"),
    handler: async ({ tokenmill: { owner }, query }) => {
      const all = checkJobs(jobs).batches.list(owner);
      const { items, hasMore } = pageOf<BatchRecord>(all, query, mostListed, listedByDefault);
      return { ...page(items, hasMore), data: items.map(shownBatch) };
    },
  });
  app.get<{ Params: { id: string } }>("/v1/batches/:id", {
    config: operation("getBatch", "One batch.", { parameters: [id] }),
    handler: async ({ tokenmill: { owner }, params }) => shownBatch(checkJobs(jobs).batches.get(owner, params.id)),
  });
  app.post<{ Params: { id: string } }>("/v1/batches/:id/cancel", {
    config: operation("cancelBatch", "Ends a batch; what is answered stays.", { parameters: [id], errors: [404, 409] }),
    handler: async ({ tokenmill: { owner }, params }) =>
      shownBatch(await checkJobs(jobs).batches.cancel(owner, params.id)),
  });
}
