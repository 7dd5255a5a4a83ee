/** `/v1/files`: requests of batches, and their results. */
import { createReadStream } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { receiveUpload } from "../files/receiveUpload.ts";
import { checkJobs, type Jobs } from "../jobs/jobs.ts";
import { binary, component, type Operation } from "../openapi/operation.ts";
import { page, pageOf, pageParameters, type PageQuery } from "../jobs/pages.ts";

const [mostListed, listedByDefault] = [10_000, 10_000];
const multipart = "multipart/form-data";
/** What stands around the file in its body. */
const frameBytes = 65_536;

type Parts = Pick<Operation, "answers"> & Partial<Omit<Operation, "id" | "summary" | "tag">>;
interface FilePath {
  Params: { id: string };
}

const id: NonNullable<Operation["parameters"]>[number] = {
  name: "id",
  in: "path",
  description: "Of the file.",
  schema: { type: "string" },
};

export function addFileRoutes(
  app: FastifyInstance,
  { options, lifecycle }: ServeContext,
  jobs: Jobs | undefined,
): void {
  const { maxFileBytes } = options.limits;
  const operation = (name: string, summary: string, parts: Parts): { operation: Operation } => ({
    operation: { id: name, summary, tag: "batches", errors: [404], ...parts },
  });
  const json = (name: string, description: string): Parts["answers"] => ({
    200: { description, content: { "application/json": component(name) } },
  });
  app.post("/v1/files", {
    bodyLimit: Math.min(2 ** 53 - 1, maxFileBytes + frameBytes),
    config: operation("createFile", "Takes a file of requests.", {
      body: { isRequired: true, content: { [multipart]: component("FileUpload") } },
      answers: json("File", "The file, as it is kept."),
      errors: [404, 507],
    }),
    onRequest: async () => {
      lifecycle.checkServing();
      checkJobs(jobs);
    },
    handler: ({ headers, tokenmill: { upload: chunks, owner } }) =>
      receiveUpload(checkJobs(jobs).files, { contentType: headers["content-type"]!, chunks, owner }),
  });
  app.get<{ Querystring: PageQuery & { purpose?: string } }>("/v1/files", {
    config: operation("listFiles", "Files, the oldest first.", {
      parameters: [
        ...pageParameters(mostListed, listedByDefault),
        { name: "purpose", in: "query", description: "Only such files.", schema: { type: "string" } },
      ],
      answers: json("FileList", "A page of them."),
    }),
    handler: async ({ tokenmill: { owner }, query: { purpose, ...query } }) => {
      const all = checkJobs(jobs).files.list(owner);
      const wanted = all.filter((file) => purpose === undefined || file.purpose === purpose);
      const { items, hasMore } = pageOf(wanted, query, mostListed, listedByDefault);
      return page(items, hasMore);
    },
  });
  app.get<FilePath>("/v1/files/:id", {
    config: operation("getFile", "One file.", { parameters: [id], answers: json("File", "The file.") }),
    handler: async ({ tokenmill: { owner }, params }) => checkJobs(jobs).files.get(owner, params.id),
  });
  app.delete<FilePath>("/v1/files/:id", {
    config: operation("deleteFile", "Deletes a file.", {
      parameters: [id],
      answers: json("DeletedFile", "It is gone."),
      errors: [404, 409],
    }),
    handler: async ({ tokenmill: { owner }, params }) => {
      const { files, batches } = checkJobs(jobs);
      batches.checkUnused(owner, params.id);
      await files.remove(owner, params.id);
      return { id: params.id, object: "file", deleted: true };
    },
  });
  app.get<FilePath>("/v1/files/:id/content", {
    config: operation("getFileContent", "What is in a file.", {
      parameters: [id],
      answers: { 200: { description: "Its bytes.", content: { "application/jsonl": binary("Lines of JSON.") } } },
    }),
    handler: async ({ tokenmill: { owner }, params }, reply) => {
      const { files } = checkJobs(jobs);
      const { bytes } = files.get(owner, params.id);
      const stream = createReadStream(files.pathOf(owner, params.id));
      return reply.type("application/jsonl").header("content-length", bytes).send(stream);
    },
  });
}
