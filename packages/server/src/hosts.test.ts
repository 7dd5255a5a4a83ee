/** Which names a server on a loopback address answers to: a page that rebinds its DNS name is not among them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { raw, serverWith, statusOf } from "./testing/requests.ts";
import type { TestServer } from "./testing/testServer.ts";

const upgrade =
  "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: tokenmill.v1.json\r\n";

const get = (server: TestServer, target: string, headers: string): Promise<string> =>
  raw(server, `GET ${target} HTTP/1.1\r\n${headers}connection: close\r\n\r\n`);

async function serverWithPage(allowedHosts?: string[]): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-page-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "index.html"), "<title>page</title>");
  return serverWith({ playground: directory, allowedHosts });
}

describe("a server on a loopback address", () => {
  it.each([
    "localhost",
    "LOCALHOST:80",
    "localhost.",
    "127.0.0.1",
    "127.9.9.9:1",
    "[::1]:8080",
    "[0:0:0:0:0:0:0:1]",
    "127.1",
  ])("answers to %s", async (host) => {
    const server = await serverWith();
    expect(statusOf(await get(server, "/v1/models", `host: ${host}\r\n`))).toBe(200);
    expect(statusOf(await get(server, `http://${host}/v1/models`, "host: other.example\r\n"))).toBe(200);
  });

  it.each([
    "other.example",
    "other.example:8080",
    "localhost.example",
    "127.0.0.1.example",
    "10.0.0.1",
    "[::2]",
    "0.0.0.0",
  ])("does not answer to %s: no path, no page, no WebSocket, no absolute form", async (host) => {
    const server = await serverWithPage();
    for (const target of ["/v1/models", "/", "/health", "/nothing", "/index.html"]) {
      const answer = await get(server, target, `host: ${host}\r\n`);
      expect([target, statusOf(answer)]).toEqual([target, 421]);
      expect(answer).toMatch(/"code":"host_not_allowed"/);
    }
    expect(statusOf(await get(server, `http://${host}/v1/models`, "host: localhost\r\n"))).toBe(421);
    const socket = `host: ${host}\r\norigin: http://${host}\r\n${upgrade}`;
    expect(statusOf(await raw(server, `GET /v1/stream HTTP/1.1\r\n${socket}\r\n`))).toBe(421);
  });

  it("answers to names that were allowed, and only to those", async () => {
    const server = await serverWithPage(["Mill.example", "[::ffff:1.2.3.4]"]);
    for (const target of ["/v1/models", "/"]) {
      expect(statusOf(await get(server, target, "host: mill.example:99\r\n"))).toBe(200);
      expect(statusOf(await get(server, target, "host: a.mill.example\r\n"))).toBe(421);
    }
    const socket = `host: mill.example\r\norigin: http://mill.example\r\n${upgrade}`;
    const answer = await raw(server, `GET /v1/stream HTTP/1.1\r\n${socket}\r\n\x88\x80\x00\x00\x00\x00`);
    expect(statusOf(answer)).toBe(101);
    for (const name of ["a:80", "a/b", "", "a b", "[::1"]) {
      await expect(serverWith({ allowedHosts: [name] })).rejects.toThrow('"allowedHosts" expected name without a port');
    }
  });

  it.each([
    ["two Host headers", "host: localhost\r\nhost: localhost\r\n", "expected one header, got 2"],
    ["none", "", "is missing"],
    ["an empty one", "host:\r\n", "expected name:port"],
    ["a path", "host: localhost/a\r\n", "expected name:port"],
    ["user information", "host: me@localhost\r\n", "expected name:port"],
    ["a list", "host: localhost, other\r\n", "expected name:port"],
    ["a port that is none", "host: localhost:99999\r\n", "expected name:port"],
    ["a bracket", "host: [::1\r\n", "expected name:port"],
  ])("answers %s with 400, for WebSockets too", async (_what, host, why) => {
    const server = await serverWith();
    const answer = await get(server, "/health", host);
    expect(statusOf(answer)).toBe(400);
    expect(answer).toMatch(/"param":"Host","code":"invalid_host"/);
    expect(answer).toContain(why);
    expect(answer).toMatch(/\r\nx-request-id: req_/);
    expect(statusOf(await raw(server, `GET /v1/stream HTTP/1.1\r\n${host}${upgrade}\r\n`))).toBe(400);
  });

  it("takes HTTP/1.0 without one", async () => {
    expect(await raw(await serverWith(), "GET /health HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
  });
});

it("a server on all addresses answers to any name, unless it was told names", async () => {
  const open = await serverWith({ host: "0.0.0.0" });
  expect(statusOf(await get(open, "/health", "host: any.example\r\n"))).toBe(200);
  const told = await serverWith({ host: "0.0.0.0", allowedHosts: ["mill.example"] });
  const statuses = ["any.example", "mill.example", "localhost"].map(async (name) =>
    statusOf(await get(told, "/health", `host: ${name}\r\n`)),
  );
  expect(await Promise.all(statuses)).toEqual([421, 200, 200]);
});
