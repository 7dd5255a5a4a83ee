/** What HTTP itself asks of a server, of every route: methods, upgrades, codings, preflights, and one form of error. */
import { METHODS } from "node:http";
import { describe, expect, it } from "vitest";
import { completions, raw, seeded, serverWith, statusOf } from "./testing/requests.ts";
import { post, type TestServer } from "./testing/testServer.ts";

const ask = (server: TestServer, line: string, more = "", body = ""): Promise<string> =>
  raw(server, `${line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${more}\r\n${body}`);
const json = "content-type: application/json\r\n";
const errorForm = /\r\n\r\n\{"error":\{"message":"[^]*","type":"[^]*","param":[^]*,"code":"[^]*"\}\}$/;

it("every path answers the methods that it has not with 405 and Allow, and OPTIONS with 204", async () => {
  const server = await serverWith();
  const own = server.routes.filter(({ operation }) => operation);
  for (const url of new Set(own.map((route) => route.url))) {
    const path = url.replace("*", "m");
    const known = own.filter((route) => route.url === url).map(({ method }) => method);
    const allow = [...known, "OPTIONS"].toSorted().join(", ");
    // Of a GET beside a HEAD, as of all, it is the router that knows.
    for (const method of METHODS.filter((each) => each !== "CONNECT" && !known.includes(each))) {
      const answer = await ask(server, `${method} ${path}`, `${json}content-length: 1\r\n`, "{");
      expect([method, path, statusOf(answer)]).toEqual([method, path, method === "OPTIONS" ? 204 : 405]);
      expect(/\r\nallow: ([^\r]*)/i.exec(answer)?.[1]).toBe(allow);
      expect(answer).toMatch(/\r\nx-request-id: /);
      expect(answer).toMatch(method === "OPTIONS" || method === "HEAD" ? /\r\n\r\n$/ : errorForm);
    }
  }
  for (const method of METHODS.filter((each) => each !== "CONNECT")) {
    expect([method, statusOf(await ask(server, `${method} /none`, "content-length: 1\r\n", "{"))]).toEqual([
      method,
      404,
    ]);
  }
});

describe("an upgrade that is not wanted is ignored", () => {
  it.each(["h2c", "h2c, websocket2", "TLS/1.0", "websocket", "WebSocket, h2c"])("%s", async (protocols) => {
    const server = await serverWith();
    const upgrade = `upgrade: ${protocols}\r\n`;
    const asked = (line: string, more: string, body = ""): Promise<string> =>
      raw(
        server,
        `${line} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, http2-settings, close\r\n${more}\r\n${body}`,
      );
    expect(statusOf(await asked("GET /health", upgrade))).toBe(200);
    const body = JSON.stringify(seeded);
    const posted = await asked(`POST ${completions}`, `${upgrade}${json}content-length: ${body.length}\r\n`, body);
    expect(posted).toMatch(/^HTTP\/1\.1 200 [^]*"object":"text_completion"/);
  });

  it("and a list that names websocket opens one", async () => {
    const server = await serverWith();
    const handshake =
      "upgrade: h2c, WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      "sec-websocket-protocol: tokenmill.v1.json\r\n";
    const head = `GET /v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n${handshake}\r\n`;
    expect(await raw(server, Buffer.concat([Buffer.from(head), Buffer.from([0x88, 0x80, 0, 0, 0, 0])]))).toMatch(
      /^HTTP\/1\.1 101 /,
    );
    const broken = head.replace("dGhlIHNhbXBsZSBub25jZQ==", "x");
    expect(await raw(server, broken)).toMatch(/^HTTP\/1\.1 400 [^]*\r\nx-request-id: [^]*\{"error":/);
  });
});

describe("errors have one form", () => {
  it.each([
    ["a bad escape", "GET /v1/models/%zz", "", 400],
    ["a bad escape of a page", "GET /%", "", 400],
    ["no path", "GET x", "", 400],
    ["no route", "GET /none", "", 404],
    ["no model", "GET /v1/models/none", "", 404],
    ["a very long name", `GET /v1/models/${"a".repeat(5000)}`, "", 404],
    ["a plain GET of a WebSocket", "GET /v1/stream", "", 426],
    ["no type", `POST ${completions}`, "content-length: 2\r\n", 415],
    ["another type", `POST ${completions}`, "content-type: text/plain\r\ncontent-length: 2\r\n", 415],
    ["gzip", `POST ${completions}`, `${json}content-encoding: gzip\r\ncontent-length: 2\r\n`, 415],
    ["deflate", `POST ${completions}`, `${json}content-encoding: deflate, br\r\ncontent-length: 2\r\n`, 415],
    [
      "compressed rows",
      "POST /v1/sample",
      "content-type: application/x-tokenmill-rows\r\ncontent-encoding: br\r\ncontent-length: 2\r\n",
      415,
    ],
    [
      "another charset",
      `POST ${completions}`,
      'content-type: application/json; charset="latin1"\r\ncontent-length: 2\r\n',
      415,
    ],
    ["broken JSON", `POST ${completions}`, `${json}content-length: 2\r\n`, 400],
    ["broken HTTP", "HELLO", "", 400],
  ])("%s", async (_what, line, headers, status) => {
    const answer = await ask(await serverWith(), line, headers, headers.includes("length") ? "{." : "");
    expect(statusOf(answer)).toBe(status);
    expect(answer).toMatch(errorForm);
    expect(answer).toMatch(/\r\nx-request-id: req_/);
    expect(answer.includes("\r\naccept-encoding: identity\r\n")).toBe(headers.includes("encoding"));
  });

  it.each([
    [completions, "text/html", "application/json", '"text/html"'],
    [completions, "application/octet-stream", "application/json", '"application/octet-stream"'],
    [completions, "multipart/form-data; boundary=a", "application/json", '"multipart/form-data"'],
    [completions, "", "application/json", '""'],
    [completions, undefined, "application/json", "none"],
    ["/v1/sample", "text/html", "application/x-tokenmill-rows or application/octet-stream", '"text/html"'],
    [
      "/v1/sample",
      "Application/JSON",
      "application/x-tokenmill-rows or application/octet-stream",
      '"application/json"',
    ],
  ])("and a type that %s does not take is named beside those that it takes: %s", async (path, type, expected, got) => {
    const headers = `${type === undefined ? "" : `content-type: ${type}\r\n`}content-length: 2\r\n`;
    const answer = await ask(await serverWith(), `POST ${path}`, headers, "{}");
    expect(statusOf(answer)).toBe(415);
    const message = `"Content-Type" expected ${expected}, got ${got}`;
    const code = "unsupported_media_type";
    const error = { message, type: "invalid_request_error", param: "Content-Type", code };
    expect(answer.endsWith(JSON.stringify({ error }))).toBe(true);
  });

  it.each(["", "x", "{}"])("a body %j, of any type, says nothing to a path that takes none", async (body) => {
    const server = await serverWith();
    for (const type of ["application/json", "text/plain", "application/octet-stream"]) {
      const headers = `content-type: ${type}\r\ncontent-length: ${body.length}\r\n`;
      const answer = await ask(server, "DELETE /v1/streams/cmpl-1", headers, body);
      expect(answer).toMatch(/^HTTP\/1\.1 404 [^]*"code":"stream_not_found"/);
    }
  });

  it("and what is no coding or the one charset is taken", async () => {
    const server = await serverWith();
    for (const headers of [
      { "content-encoding": "identity" },
      { "content-type": 'application/json; charset="UTF-8"' },
    ]) {
      expect((await post(server, completions, seeded, headers as Record<string, string>)).status).toBe(200);
    }
  });
});

describe("pages of allowed origins", () => {
  const origin = "https://pages.example";

  it("may send what they ask for, and read every header that clients read", async () => {
    const server = await serverWith({ allowedOrigins: [origin], apiKeys: ["secret"] });
    const preflight = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, last-event-id",
    };
    const { status, headers } = await fetch(server.url + completions, { method: "OPTIONS", headers: preflight });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    expect(headers.get("access-control-allow-headers")).toBe("authorization, last-event-id");
    expect(headers.get("access-control-allow-methods")).toContain("POST");
    expect((await fetch(server.url + completions, { method: "OPTIONS", headers: { origin } })).status).toBe(204);
    const row = await post(server, "/v1/logits", { prompt: "ab" }, { origin, authorization: "Bearer secret" });
    const exposed = row.headers.get("access-control-expose-headers")!.split(", ");
    for (const name of ["x-tokenmill-prompt-token-ids", "retry-after", "x-request-id", "allow"]) {
      expect(exposed).toContain(name);
    }
    const own = [...row.headers.keys()].filter((name) => name.startsWith("x-tokenmill-"));
    expect(own.filter((name) => !exposed.includes(name))).toEqual([]);
    const refused = await post(server, completions, seeded, { origin });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, origin]);
    expect((await fetch(server.url, { headers: { origin } })).headers.get("vary")).toBe("origin, accept");
  });

  it("are named as browsers name them", async () => {
    for (const wrong of ["https://a.example/", "a.example", "https://a.example:443", ""]) {
      await expect(serverWith({ allowedOrigins: [wrong] })).rejects.toThrow('"allowedOrigins" expected scheme://host');
    }
    const any = await serverWith({ allowedOrigins: ["*"] });
    const { headers } = await fetch(`${any.url}/health`, { headers: { origin } });
    expect(headers.get("access-control-allow-origin")).toBe(origin);
  });
});

it("GET / says what answers, as JSON and as a page", async () => {
  const { url } = await serverWith({ modelName: "<b>" });
  expect(await (await fetch(url)).json()).toMatchObject({ name: "tokenmill", model: "<b>", openapi: "/openapi.json" });
  const page = await fetch(url, { headers: { accept: "text/html,*/*" } });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const html = await page.text();
  expect(html).toContain("&lt;b&gt;");
  for (const [, path] of html.matchAll(/href="(\/[^"]*)"/g)) expect((await fetch(url + path!)).status).toBe(200);
});
