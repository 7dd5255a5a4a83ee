/** What a route declares for the OpenAPI document. */
import type { JsonSchema } from "../bodies/jsonSchema.ts";
import type { ResponseHeader } from "../answers/responseHeaders.ts";

/** A schema of the document: names of components stand for themselves. */
export type Described = JsonSchema;

export interface Answer {
  readonly description: string;
  /** By media type; absent: no body. */
  readonly content?: Readonly<Record<string, Described>>;
  /** Besides `x-request-id`. */
  readonly headers?: readonly ResponseHeader[];
}

export interface Operation {
  /** For generated clients: unique, in camel case. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: "generation" | "batches" | "sampling" | "status";
  /** Of path, query and header. */
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly description: string;
    readonly schema: JsonSchema;
  }[];
  /** By media type. */
  readonly body?: { readonly isRequired: boolean; readonly content: Readonly<Record<string, Described>> };
  /** By status; what goes wrong is under `errors`. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses with the error body, besides those that every route has. */
  readonly errors?: readonly number[];
}

declare module "fastify" {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

export function component(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** Bytes that are no text. */
export function binary(description: string): JsonSchema {
  return { type: "string", format: "binary", description };
}
