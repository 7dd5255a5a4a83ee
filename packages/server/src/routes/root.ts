/** `GET /`: what answers here, and where its documentation is; a page that is served there stands in its place. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context/context.ts";
import { component } from "../openapi/operation.ts";

const documentation = "https://github.com/tokenmill/tokenmill#readme";

const paths = {
  openapi: "/openapi.json",
  models: "/v1/models",
  health: "/health",
  ready: "/ready",
  metrics: "/metrics",
} as const;

export function addRootRoute(app: FastifyInstance, { model, version }: ServeContext): void {
  const links = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, app.prefix + path]));
  const card = { name: "tokenmill", version, model, documentation, ...links };
  const html = page(model, version, app.prefix, Object.entries(links));
  app.get("/", {
    config: {
      isPublic: true,
      operation: {
        id: "about",
        summary: "What answers here, and where its documentation is.",
        tag: "status",
        answers: {
          200: {
            description: "JSON, or a page for those who ask for HTML.",
            content: { "application/json": component("About"), "text/html": { type: "string" } },
          },
        },
      },
    },
    handler: async ({ headers }, reply) => {
      const vary = reply.getHeader("vary");
      void reply.header("vary", vary === undefined ? "accept" : `${String(vary)}, accept`);
      if (!headers.accept?.includes("text/html")) return reply.send(card);
      return reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        .send(html);
    },
  });
}

function page(model: string, version: string, prefix: string, links: readonly [string, string][]): string {
  const items = links.map(([name, path]) => `<li><a href="${path}">${path}</a> (${name})</li>`);
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>tokenmill</title></head><body>',
    `<h1>tokenmill ${escaped(version)}</h1>`,
    `<p>Serves <code>${escaped(model)}</code> as OpenAI's clients expect it, under <code>${prefix}/v1</code>.</p>`,
    `<ul>${items.join("")}</ul>`,
    `<p><a href="${documentation}">Documentation</a>. A page with distributions and streams: <code>npx tokenmill playground</code>.</p>`,
    "</body></html>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
