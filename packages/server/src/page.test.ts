/** The page's files: what is given out, with which headers, and what is not. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, afterAll } from "vitest";
import { raw, serverWith, statusOf } from "./testing/requests.ts";
import { startServer, type TestServer } from "./testing/testServer.ts";

let folder: string;
let page: string;
let server: TestServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tokenmill-page-"));
  page = join(folder, "page");
  const put = (path: string, text = "SECRET"): void => writeFileSync(join(folder, path), text);
  for (const path of ["page", "page/assets", "page/.git", "page/.well-known", "page/assets/.hidden", "outside"]) {
    mkdirSync(join(folder, path));
  }
  put("page/index.html", "<title>play</title>");
  put("page/assets/a.js", "export {}");
  put("page/.well-known/security.txt", "contact");
  for (const path of [
    "page/.env",
    "page/.git/config",
    "page/assets/.hidden/a.js",
    "page/assets/.b.js",
    "outside/a.txt",
    "c.txt",
  ]) {
    put(path);
  }
  symlinkSync(join(folder, "c.txt"), join(page, "link.txt"));
  symlinkSync(join(folder, "outside"), join(page, "linked"));
  symlinkSync(join(page, ".env"), join(page, "env.txt"));
  symlinkSync(join(page, "assets/a.js"), join(page, "inside.js"));
  server = await startServer({ playground: page });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = (method: string, target: string, more = ""): Promise<string> =>
  raw(server, `${method} ${target} HTTP/1.1\r\nhost: localhost\r\n${more}connection: close\r\n\r\n`);

describe("the page", () => {
  it("is served under / beside the API, isolated from other pages and restricted to its own code", async () => {
    const response = await fetch(`${server.url}/`);
    expect(await response.text()).toBe("<title>play</title>");
    expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(response.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; /,
    );
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    for (const path of ["/assets/a.js", "/.well-known/security.txt", "/inside.js"]) {
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
    }
  });

  it.each([
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/.git/",
    "/assets/.hidden/a.js",
    "/assets/.b.js",
    "/assets/..%2f.env",
    "/link.txt",
    "/linked/a.txt",
    "/env.txt",
    "/../c.txt",
    "/..%2fc.txt",
    "/%2e%2e/c.txt",
    "/assets/../../c.txt",
    "//.env",
    "/./.env",
    "/.env/",
    "/.env%00.js",
    "/..\\c.txt",
    "/none.txt",
  ])("does not give out %s, whole, in part or by its headers, and refuses it in the API's form", async (path) => {
    for (const [method, range] of [
      ["GET", ""],
      ["GET", "range: bytes=0-3\r\n"],
      ["HEAD", ""],
    ] as const) {
      const answer = await ask(method, path, range);
      expect([400, 403, 404]).toContain(statusOf(answer));
      expect(answer).not.toContain("SECRET");
      expect(answer).toMatch(/x-content-type-options: nosniff/i);
      expect(answer).toMatch(/x-request-id: req_/i);
      expect(answer).toMatch(method === "GET" ? /\r\n\r\n\{"error":\{"message":/ : /\r\n\r\n$/);
    }
  });

  it("needs a directory with an index.html", async () => {
    const empty = mkdtempSync(join(tmpdir(), "tokenmill-empty-"));
    onTestFinished(() => rmSync(empty, { recursive: true }));
    for (const playground of [empty, join(empty, "none")]) {
      await expect(startServer({ playground })).rejects.toThrow('"playground" expected a directory with an index.html');
    }
  });
});

it("every answer of a server has nosniff and a request id", async () => {
  const keyed = await serverWith({ apiKeys: ["secret"], allowedOrigins: ["https://a.example"] });
  const lines = (target: string, host = "localhost"): string => `${target} HTTP/1.1\r\nhost: ${host}\r\n`;
  const heads = [
    lines("GET /health"),
    lines("GET /v1/models"),
    lines("PUT /health"),
    lines("GET /none"),
    lines("GET /%zz"),
    lines("GET /health", "other.example"),
    lines("OPTIONS /health"),
    lines("GET /v1/stream") + "upgrade: websocket\r\nconnection: upgrade\r\n",
    "HELLO\r\n",
  ];
  for (const head of heads) {
    const answer = await raw(keyed, `${head}connection: close\r\n\r\n`);
    expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i);
    expect(answer).toMatch(/\r\nx-request-id: req_/i);
    expect(answer).toMatch(statusOf(answer) >= 400 ? /\r\n\r\n\{"error":\{"message":/ : /\r\n\r\n/);
  }
});
