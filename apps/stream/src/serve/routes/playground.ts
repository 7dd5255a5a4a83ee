/** The built playground, as static files under /. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** @throws Error if it is no directory. */
export async function addPlayground(app: FastifyInstance, directory: string): Promise<void> {
  const root = resolve(directory);
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory()) throw new Error(`"playground" expected a directory, got ${JSON.stringify(directory)}`);
  await app.register(fastifyStatic, {
    root,
    setHeaders(response) {
      // Shared memory, which the kernels need, is for pages that let nobody else in.
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    },
  });
}
