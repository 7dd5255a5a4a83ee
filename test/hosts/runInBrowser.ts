/** A host that is a browser: it opens a page that runs the bundle and sends the digest back. No isolation, no flags. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { bundleCases } from "./bundle.ts";
import type { DigestOptions } from "./cases/digest.ts";
import type { Ran } from "./hosts.ts";

const page = (options: DigestOptions): string => `<!doctype html><meta charset="utf-8"><script type="module">
const send = (body) => fetch("/result", { method: "POST", body: JSON.stringify(body) });
try {
  const { digest } = await import("/cases.js");
  await send({ version: navigator.userAgent, ...(await digest(${JSON.stringify(options)})) });
} catch (error) {
  await send({ error: String(error) });
}
</script>`;

const timeoutMs = 180_000;

export async function runInBrowser(
  path: string,
  argsOf: (url: string, profile: string) => readonly string[],
  options: DigestOptions,
): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-browser-"));
  await bundleCases(directory);
  let resolve!: (body: string) => void;
  const result = new Promise<string>((done) => (resolve = done));
  const server = createServer((request, response) => {
    const [type, body] =
      request.url === "/cases.js"
        ? ["text/javascript", readFileSync(join(directory, "cases.js"))]
        : ["text/html", page(options)];
    if (request.url === "/result") void text(request).then(resolve);
    else response.writeHead(200, { "content-type": type });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // A group of its own, so that all of a browser's processes end with it.
  const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", MOZ_DISABLE_CONTENT_SANDBOX: "1" };
  const browser = spawn(path, argsOf(url, directory), { stdio: "ignore", detached: true, env });
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = JSON.parse(await Promise.race([result, failing(browser, timeout)])) as Ran & { error?: string };
    if (answer.error !== undefined) throw new Error(`${path}: ${answer.error}`);
    return answer;
  } finally {
    end(browser);
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function failing(browser: ChildProcess, signal: AbortSignal): Promise<never> {
  const [code] = (await once(browser, "exit", { signal })) as [number | null];
  throw new Error(`${browser.spawnfile} ended with ${code} before it had sent anything`);
}

function end(browser: ChildProcess): void {
  try {
    process.kill(-browser.pid!, "SIGKILL");
  } catch {
    // it has ended by itself
  }
}
