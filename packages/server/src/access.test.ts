/** Who gets in: every route of a real server, however its path is spelled, with and without keys. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { raw, serverWith, statusOf } from "./testing/requests.ts";
import type { TestServer } from "./testing/testServer.ts";

const publicPaths = ["/", "/health", "/metrics", "/openapi.json", "/ready", "/version"];
const upgrade =
  "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: tokenmill.v1.json, tokenmill.sample.v1\r\n";

const percent = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;

/** Other ways to write a path; some of them are the same path (RFC 3986 §6.2.2), none may be a way in. */
function spellings(path: string, host: string): string[] {
  const letters = Array.from(path, (letter, i) => (letter === "/" ? undefined : i)).filter((i) => i !== undefined);
  return [
    path,
    ...letters.map((i) => path.slice(0, i) + percent(path[i]!) + path.slice(i + 1)),
    path.replaceAll(/[^/]/g, percent),
    path.replaceAll(/[^/]/g, (letter) => percent(letter).toUpperCase()),
    path.replaceAll("/", "%2f"),
    `http://${host}${path}`,
    `HTTP://${host}${path}`,
    `http://localhost${path}?x=http://a/`,
    `/${path}`,
    path.replaceAll("/", "//"),
    `/.${path}`,
    `/x/..${path}`,
    `${path}/`,
    `${path}.`,
    `${path};x=1`,
    `${path}?a`,
    `${path}%00`,
    `${path}%20`,
    path.replaceAll("/", "\\"),
    path.toUpperCase(),
  ];
}

async function ask(server: TestServer, method: string, target: string, headers: string): Promise<number> {
  const { host } = new URL(server.url);
  const head = headers.includes("upgrade") ? headers : `connection: close\r\n${headers}`;
  return statusOf(await raw(server, `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${head}\r\n`));
}

function pageDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-page-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "index.html"), "<title>page</title>");
  return directory;
}

describe("a server with keys", () => {
  it("names its public paths, and asks for a key on all others", async () => {
    const { routes } = await serverWith({ apiKeys: ["secret"] });
    const open = routes.filter(({ isPublic, method }) => isPublic && method !== "OPTIONS");
    expect([...new Set(open.map(({ url }) => url))].toSorted()).toEqual(publicPaths);
  });

  it.each([
    ["no page", false],
    ["a page", true],
  ])("with %s gives no route to anybody without a key, whatever the spelling and method", async (_what, hasPage) => {
    const server = await serverWith({ apiKeys: ["secret"], ...(hasPage && { playground: pageDirectory() }) });
    const { host } = new URL(server.url);
    const closed = server.routes.filter(({ isPublic, url }) => !isPublic && url !== "/*");
    const targets = closed.flatMap(({ method, url }) => {
      const path = url.replace("*", "m");
      // Of the methods that a path does not have, two stand for all in the other spellings.
      const isTried = ["GET", "HEAD", "POST", "PUT", "TRACE"].includes(method);
      return (isTried ? spellings(path, host) : [path]).map((target) => ({ method, target }));
    });
    expect(targets.length).toBeGreaterThan(1000);
    const wrong: string[] = [];
    const tryOne = async ({ method, target }: { method: string; target: string }): Promise<void> => {
      for (const key of ["", "authorization: Bearer wrong\r\n", "authorization: Basic secret\r\n"]) {
        const status = await ask(server, method, target, key);
        // bad escapes and hosts are 400; files are looked for under a page's own path
        if (![400, 401, ...(hasPage ? [403, 404] : [])].includes(status)) wrong.push(`${method} ${target}: ${status}`);
        if (key !== "" && target.length > 40) break;
      }
    };
    for (let i = 0; i < targets.length; i += 32) await Promise.all(targets.slice(i, i + 32).map(tryOne));
    expect(wrong).toEqual([]);
  });

  it("opens no WebSocket without a key, whatever the spelling", async () => {
    const server = await serverWith({ apiKeys: ["secret"] });
    const { host } = new URL(server.url);
    const paths = ["/v1/stream", "/v1/sample"].flatMap((path) => spellings(path, host));
    const states = ["", "authorization: Bearer wrong\r\n"];
    for (const target of paths) {
      for (const key of states) {
        const status = await ask(server, "GET", target, key + upgrade);
        // A target that begins with no slash is no path.
        expect([target, status]).toEqual([target, /^(\/|http:)/i.test(target) ? 401 : 400]);
      }
    }
  });

  it("lets the key in on each, in every spelling that is the same path", async () => {
    const server = await serverWith({ apiKeys: ["secret"] });
    const { host } = new URL(server.url);
    for (const path of ["/v1/models", "/%761/models", "/v1/%6dodels", `http://${host}/v1/models`]) {
      expect([path, await ask(server, "GET", path, "authorization: Bearer secret\r\n")]).toEqual([path, 200]);
    }
    for (const { method, url } of server.routes.filter(({ method }) => method !== "HEAD")) {
      const status = await ask(server, method, url.replace("*", "m"), "authorization: Bearer secret\r\n");
      expect([method, url, status === 401]).toEqual([method, url, false]);
    }
    const socket = new WebSocket(`${server.url}/%761/stream`, ["tokenmill.v1.json"], {
      headers: { authorization: "Bearer secret" },
    });
    await once(socket, "open");
    socket.terminate();
  });

  it.each([[[""]], [[" a"]], [["a", "b\n"]]])("does not start with the keys %j", async (apiKeys) => {
    await expect(serverWith({ apiKeys })).rejects.toThrow('"apiKeys" expected keys without space around them');
  });
});
