/** The built playground, as static files under /. */
import { realpath, stat } from "node:fs/promises";
import { realpathSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** The page has its code and its worker in files, compiles WebAssembly, sets styles, and saves charts as data and blobs. */
const pagePolicy: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** @throws Error if it is no directory with a page. */
export async function addPlayground(app: FastifyInstance, directory: string): Promise<void> {
  const found = await stat(join(directory, "index.html")).catch(() => undefined);
  if (!found?.isFile()) {
    throw new Error(`"playground" expected a directory with an index.html, got ${JSON.stringify(directory)}`);
  }
  const root = await realpath(resolve(directory));
  await app.register(async (page) => {
    // Pages have no secrets, and browsers cannot send a key with an address.
    page.addHook("onRoute", (route) => void (route.config = { ...route.config, isPublic: true }));
    await page.register(fastifyStatic, {
      root,
      // Below, where .well-known (RFC 8615) is no hidden folder.
      dotfiles: "allow",
      allowedPath: (path) => isInside(root, path),
      setHeaders(response) {
        // Shared memory, which the kernels need, is for pages that let nobody else in.
        response.setHeader("cross-origin-opener-policy", "same-origin");
        response.setHeader("cross-origin-embedder-policy", "require-corp");
        response.setHeader("content-security-policy", pagePolicy);
      },
    });
  });
}

/** Whether the file, after all links, lies under the root, and nothing on the way there is hidden. */
function isInside(root: string, path: string): boolean {
  if (isHidden(path.split("/"))) return false;
  try {
    const file = realpathSync(join(root, path));
    return file === root || (file.startsWith(root + sep) && !isHidden(file.slice(root.length).split(sep)));
  } catch {
    return false;
  }
}

function isHidden(segments: readonly string[]): boolean {
  return segments.some((segment, i) => segment.startsWith(".") && !(i === 1 && segment === ".well-known"));
}
