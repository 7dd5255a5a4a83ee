/** `GET /openapi.json`: this API as an OpenAPI 3.1 document. */
import type { FastifyInstance } from "fastify";
import type { RouteTable } from "../http/routeTable.ts";
import { type DocumentOptions, openApiDocument } from "../openapi/document.ts";

export function addOpenApiRoute(app: FastifyInstance, table: RouteTable, options: DocumentOptions): void {
  let json: string | undefined;
  app.get("/openapi.json", {
    config: {
      isPublic: true,
      operation: {
        id: "getOpenApi",
        summary: "This API as an OpenAPI 3.1 document.",
        tag: "status",
        answers: { 200: { description: "The document.", content: { "application/json": { type: "object" } } } },
      },
    },
    handler: async (_request, reply) => {
      json ??= JSON.stringify(openApiDocument(table.routes, options));
      return reply.type("application/json; charset=utf-8").send(json);
    },
  });
}
