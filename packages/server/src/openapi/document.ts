/**
 * The OpenAPI 3.1 document, made from the routes of the server: a route that does not say what it is cannot be added.
 */
import { responseHeaders, type ResponseHeader } from "../answers/responseHeaders.ts";
import type { ServedRoute } from "./servedRoute.ts";
import { componentSchemas } from "./componentSchemas.ts";
import { bodyErrors, commonErrors, errorAnswers, keyErrors } from "./errorAnswers.ts";
import type { Answer, Operation } from "./operation.ts";

export interface DocumentOptions {
  readonly version: string;
  readonly needsKeys: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const tags = [
  { name: "generation", description: "Prompts in, tokens out, as OpenAI's clients expect it." },
  { name: "batches", description: "Files of requests, answered in the background." },
  { name: "sampling", description: "Rows of logits, in and out." },
  { name: "status", description: "What the server is and how it does." },
];

export function openApiDocument(routes: readonly ServedRoute[], { version, needsKeys }: DocumentOptions): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { method, url, isPublic, operation } of routes) {
    // A HEAD is its GET without the body.
    if (!operation || method === "HEAD") continue;
    const path = (paths[pathOf(url, operation)] ??= {});
    path[method.toLowerCase()] = operationOf(operation, isPublic, needsKeys);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "tokenmill",
      version,
      summary: "Samples many sequences in parallel and streams their tokens.",
      description:
        "Every error has the body `Error`. Every path answers OPTIONS with the methods that it has, and others with 405. " +
        "Fields that may be absent may be null.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The server that this document came from." }],
    tags,
    paths,
    components: {
      schemas: componentSchemas,
      responses: Object.fromEntries(Object.values(errorAnswers).map((error) => [error.name, errorResponse(error)])),
      headers: Object.fromEntries(
        Object.entries(responseHeaders).map(([name, description]) => [
          name,
          { description, schema: { type: "string" } },
        ]),
      ),
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "One of the keys that the server was started with." },
      },
    },
  };
}

/** Parameters stand there by name; `*` is the one that is declared. */
function pathOf(url: string, { parameters }: Operation): string {
  const parameter = parameters?.find((each) => each.in === "path");
  const named = url.replace(/:(\w+)/g, "{$1}");
  return parameter ? named.replace("*", `{${parameter.name}}`) : named;
}

function operationOf(operation: Operation, isPublic: boolean, needsKeys: boolean): Json {
  const { id, summary, description, tag, parameters, body, answers, errors = [] } = operation;
  const statuses = [...commonErrors, ...(isPublic ? [] : keyErrors), ...(body ? bodyErrors : []), ...errors];
  const failures = [...new Set(statuses)].toSorted((a, b) => a - b);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    ...(parameters && { parameters: parameters.map((each) => ({ ...each, required: each.in === "path" })) }),
    ...(body && { requestBody: { required: body.isRequired, content: contentOf(body.content) } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
      ...Object.fromEntries(failures.map((status) => [status, refOf(status)])),
      default: refOf("default"),
    },
    security: isPublic ? [] : needsKeys ? [{ apiKey: [] }] : [{}, { apiKey: [] }],
  };
}

function refOf(status: number | "default"): Json {
  return { $ref: `#/components/responses/${errorAnswers[status]!.name}` };
}

function errorResponse({
  description,
  headers = [],
}: {
  description: string;
  headers?: readonly ResponseHeader[];
}): Json {
  return responseOf({
    description,
    headers,
    content: { "application/json": { $ref: "#/components/schemas/Error" } },
  });
}

function responseOf({ description, content, headers = [] }: Answer): Json {
  const names: readonly ResponseHeader[] = ["x-request-id", ...headers];
  return {
    description,
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(content && { content: contentOf(content) }),
  };
}

function contentOf(content: NonNullable<Answer["content"]>): Json {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));
}
