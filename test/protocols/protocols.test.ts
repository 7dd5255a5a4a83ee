/** The pages of docs/protocols say what the server says, and their examples in Python run. */
import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { codesInSource } from "./codes.ts";
import { apiKey, bin, cacheHome, type RunningServer, startServer } from "./server.ts";

const root = join(import.meta.dirname, "../..");
const pageOf = (name: string): string => readFileSync(join(root, "docs/protocols", name), "utf8");
const examples = join(root, "examples/python");
const run = promisify(execFile);

/** Names in the first column of the page's tables under the heading, or in the whole page. */
function firstColumn(page: string, heading = ""): string[] {
  const from = heading === "" ? page : page.slice(page.indexOf(heading));
  const end = heading === "" ? -1 : from.indexOf("\n## ", heading.length);
  const lines = (end < 0 ? from : from.slice(0, end)).match(/^\| `[^|]*\|/gm) ?? [];
  return lines.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)).toSorted();
}

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Schema {
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

async function schemas(): Promise<Readonly<Record<string, Schema>>> {
  const document = (await (await server.get("/openapi.json")).json()) as {
    components: { schemas: Record<string, Schema> };
  };
  return document.components.schemas;
}

describe("token-streams.md", () => {
  it.each([
    ["## The client says", "StreamClientMessage"],
    ["## The server says", "StreamServerMessage"],
  ])("%s what %s has", async (heading, name) => {
    const types = (await schemas())[name]!.anyOf!.flatMap(({ properties }) => properties!["type"]!.enum!);
    expect(firstColumn(pageOf("token-streams.md"), heading)).toEqual(types.toSorted());
  });

  it("names every field of messages and of events", async () => {
    const { StreamClientMessage, StreamServerMessage, TokenEvent } = await schemas();
    const all = [...StreamClientMessage!.anyOf!, ...StreamServerMessage!.anyOf!, TokenEvent!];
    const names = new Set(all.flatMap(({ properties }) => Object.keys(properties!)));
    const page = pageOf("token-streams.md");
    expect([...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });
});

describe("rows.md", () => {
  it("names every field of headers, rows and results", async () => {
    const { SampleHeader, SampleRow, SampleAnswer, SampledToken, SampleFailure } = await schemas();
    const all = [SampleHeader!, SampleRow!, SampleAnswer!, SampledToken!, SampleFailure!];
    const names = new Set(all.flatMap(({ properties }) => Object.keys(properties!)));
    const page = pageOf("rows.md");
    expect([...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
    expect(firstColumn(page, "The header's fields")).toEqual(Object.keys(SampleHeader!.properties!).toSorted());
  });
});

describe("errors.md", () => {
  it("has the codes of the source, and no others", () => {
    expect(firstColumn(pageOf("errors.md"))).toEqual([...codesInSource()].toSorted());
  });
});

describe("metrics.md", () => {
  it("has the server's own metrics with their types, and no others", async () => {
    const text = await (await server.get("/metrics")).text();
    const types = [...text.matchAll(/^# TYPE (tokenmill_\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const rows = [...pageOf("metrics.md").matchAll(/^\| `(\w+)` \| (\w+) \|/gm)];
    expect(rows.map(([, name, type]) => `${name} ${type}`).toSorted()).toEqual(types.toSorted());
  });
});

describe("README.md", () => {
  const rows = [...pageOf("README.md").matchAll(/^\| `(\/v1\/\w+)` \| (.*) \| .* \|$/gm)];

  it.each(rows.map(([, path, names]) => [path!, names!.match(/tokenmill[\w.]+/g)!] as const))(
    "says which subprotocols %s takes: %j",
    async (path, names) => {
      for (const name of names) expect(await chosen(path, [name])).toBe(name);
      expect(await chosen(path, ["tokenmill.v2.json"])).toBe(400);
    },
  );

  it("says how a key travels where no header can be set", async () => {
    const bearer = `tokenmill.bearer.${Buffer.from(apiKey).toString("base64url")}`;
    expect(await chosen("/v1/stream", ["tokenmill.v1.json", bearer], {})).toBe("tokenmill.v1.json");
    expect(await chosen("/v1/stream", ["tokenmill.v1.json", "tokenmill.bearer.eA"], {})).toBe(401);
  });
});

/** The subprotocol that the server chose, or the status of its refusal. */
function chosen(
  path: string,
  offered: string[],
  headers: Record<string, string> = { authorization: `Bearer ${apiKey}` },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}${path}`, offered, { headers });
    socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode));
    socket.on("open", () => {
      resolve(socket.protocol);
      socket.close();
    });
    socket.on("error", reject);
  });
}

describe.runIf(spawnSync("python3", ["-c", ""]).status === 0)("examples in Python", () => {
  const programs = readdirSync(examples).filter((name) => name.endsWith(".py"));
  const pages = new Map(
    readdirSync(join(root, "docs/protocols")).flatMap((name) => {
      const page = pageOf(name);
      const [, program] = /\[examples\/python\/(\w+\.py)\]/.exec(page) ?? [];
      return program === undefined ? [] : [[program, page] as const];
    }),
  );

  it("each have a page that quotes them", () => {
    expect([...pages.keys()].toSorted()).toEqual(programs.toSorted());
    for (const [program, page] of pages) {
      const [, quoted] = /```python\n([^`]*)```/.exec(page)!;
      expect(readFileSync(join(examples, program), "utf8")).toContain(quoted);
    }
  });

  it.each(programs)("%s prints what its page says", async (program) => {
    const page = pages.get(program)!;
    const [, output] = /```text\n([^`]*)```/.exec(page)!;
    const [, command] = /`npx (tokenmill stream [^`]*)`/.exec(page) ?? [];
    const python = `python3 ${program}`;
    const line = command ? `"${process.execPath}" "${bin}" ${command.replace("tokenmill", "")} | ${python}` : python;
    const { stdout } = await run("bash", ["-o", "pipefail", "-c", line], {
      cwd: examples,
      env: { ...process.env, XDG_CACHE_HOME: cacheHome, TOKENMILL_URL: server.url, TOKENMILL_API_KEY: apiKey },
    });
    expect(stdout).toBe(output);
  });
});
