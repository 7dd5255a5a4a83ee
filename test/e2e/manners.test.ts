/** How the commands behave as processes: closed pipes, unread logs, signals, bytes that are no text. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { finished, linesOf, start, tokenmill } from "./helpers/tokenmill.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenmill-manners-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: string): string => {
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(bytes, "latin1"));
  return path;
};

const loadBin = join(
  dirname(
    createRequire(createRequire(import.meta.url).resolve("tokenmill/package.json")).resolve(
      "tokenmill-load/package.json",
    ),
  ),
  "bin/tokenmill-load.js",
);
const startLoad = (args: readonly string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [loadBin, ...args]);
const synthetic = ["--source", "synthetic", "--vocab-size", "64"];
const serveArgs = ["serve", "--port", "0", "--json", ...synthetic];
// eslint-disable-next-line no-control-regex
const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

describe("a reader that has left is no error", () => {
  it.each([["--help"], ["--version"], ["serve", "--help"], ["stream", "--help"], ["load", "--help"], ["explain"]])(
    "for tokenmill %s %s",
    async (...args) => {
      const child = start(args);
      child.stdout.destroy();
      const { code, stderr } = await finished(child);
      expect([code, stderr]).toEqual([0, ""]);
    },
  );

  it.each([["--help"], ["--version"], ["schema", "scenario"]])("for tokenmill-load %s %s", async (...args) => {
    const child = startLoad(args);
    child.stdout.destroy();
    const { code, stderr } = await finished(child);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("for what is wrong with the command line: the exit code stays", async () => {
    const children = [start(["stream", "--nope"]), startLoad(["run", "--nope"])];
    const codes = children.map(async (child) => {
      child.stdout.destroy();
      child.stderr.destroy();
      return ((await once(child, "exit")) as [number])[0];
    });
    expect(await Promise.all(codes)).toEqual([2, 2]);
  });

  it("for a server: it serves on, and SIGHUP ends it as SIGTERM does", async () => {
    const child = start([...serveArgs, "--log-level", "info"]);
    child.stdout.destroy();
    const url = await listening(child);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill("SIGHUP");
    expect((await once(child, "close"))[0]).toBe(0);
  });
});

describe("a log that nobody reads", () => {
  it("holds up neither requests nor the end", async () => {
    const child = start([...serveArgs, "--log-level", "debug"]);
    child.stdout.setEncoding("utf8");
    const [text] = (await once(child.stdout, "data")) as [string];
    const { url } = JSON.parse(text) as { url: string };
    // stderr is never read: its pipe and the sink's megabyte are full after some of these
    const path = `${url}/${"x".repeat(4000)}`;
    for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 20 }, () => statusOf(path)));
    expect(await statusOf(`${url}/health`)).toBe(200);
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).toBe(0);
  });
});

describe("signals", () => {
  it.each([
    ["SIGHUP", 129],
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("%s stops a stream cleanly with exit code %i", async (signal, code) => {
    const child = start(["stream", ...synthetic, "--count", "100000", "--max-tokens", "1000", "--format", "ndjson"]);
    await once(child.stdout, "data");
    child.stdout.resume();
    child.kill(signal);
    const ended = await finished(child);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain("interrupted");
  });
});

describe("bytes that are no text, and text that is no message", () => {
  it("a line that is not UTF-8 is refused alone", async () => {
    const prompts = file("prompts", '{"prompt":"a\xff"}\n{"prompt":[1],"maxTokens":1,"seed":1}\n');
    const { code, stdout } = await tokenmill(["stream", ...synthetic, "--prompts", prompts, "--format", "ndjson"]);
    const [bad, good] = linesOf<{ error?: { message: string; details: unknown }; tokenId?: number }>(stdout);
    expect(bad!.error).toMatchObject({ message: "the line expected UTF-8, got other bytes", details: { line: 1 } });
    expect(good!.tokenId).toBeTypeOf("number");
    expect(code).toBe(1);
  });

  it("so are text prompts", async () => {
    const prompts = file("text", "Call me\nCall \xe9\n");
    const args = [
      "stream",
      "--prompts",
      prompts,
      "--prompts-format",
      "text",
      "--max-tokens",
      "1",
      "--format",
      "ndjson",
    ];
    const [first, second] = linesOf<{ error?: unknown; tokenId?: number }>((await tokenmill(args)).stdout).sort(
      (a, b) => Number("error" in a) - Number("error" in b),
    );
    expect(first!.tokenId).toBeTypeOf("number");
    expect(second!.error).toMatchObject({ details: { line: 2 } });
  });

  it.each([
    ["--params", ["stream", ...synthetic, "--params", file("params.json", '{"seed": 1\xff}')]],
    ["--grammar", ["stream", "--grammar", file("grammar.ebnf", 'root ::= "a\xff"\n')]],
    ["--logits-file", ["explain", "--logits-file", file("logits.json", '{"a\xff": 1}')]],
    ["--api-keys-file", [...serveArgs, "--api-keys-file", file("keys", "key\xff\n")]],
  ])("a file of %s is refused with exit code 2", async (_, args) => {
    const { code, stderr } = await tokenmill(args);
    expect(stderr).toContain("expected UTF-8, got other bytes");
    expect(code).toBe(2);
  });

  it.each([
    ["run --trace", ["run", "--trace", file("trace", '{"atMs": 0}\n{"atMs": "\xff"}\n')]],
    ["run --prompts", ["run", "--prompts", file("load-prompts", "a\n\xff\n")]],
    ["compare", ["compare", file("report", '{\n"kind": "\xff"}'), file("report", '{\n"kind": "\xff"}')]],
  ])("a file of tokenmill-load %s is refused by its line", async (_, args) => {
    const { code, stderr } = await finished(startLoad(args));
    expect(stderr).toContain("expected UTF-8, got other bytes in line 2");
    expect(code).toBe(2);
  });

  it.each([
    ["a line", ["stream", ...synthetic, "--prompts", file("escapes", "\x1b[31mxx\n")]],
    ["a flag", ["stream", "--\x1b[31mno"]],
    ["a file name", ["stream", ...synthetic, "--prompts", join(folder, "\x1b[2Jno")]],
    ["a parameter's value", ["stream", ...synthetic, "--profile", "\x1b[31mno"]],
    ["a token's name", ["explain", "--logits", '{"a": 1}', "--history", '["\\u001b[31m"]']],
    ["a chain", ["stream", ...synthetic, "--chain", "\x1b]0;title\x07"]],
    ["a source", ["stream", "--source", "trace:\x1b[31m"]],
  ])("escape bytes of %s do not reach the terminal", async (_, args) => {
    const { code, stderr } = await tokenmill(args);
    expect(stderr).not.toMatch(control);
    expect(stderr).toMatch(/tokenmill: /);
    expect(code).toBeGreaterThan(0);
  });
});

/** Where the server's log says that it listens. */
async function listening(child: ChildProcessWithoutNullStreams): Promise<string> {
  let text = "";
  child.stderr.setEncoding("utf8");
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    text += chunk as string;
    const { url } = linesOf<{ msg?: string; url?: string }>(text.slice(0, text.lastIndexOf("\n") + 1)).find(
      ({ msg }) => msg === "listening",
    ) ?? { url: undefined };
    if (url !== undefined) {
      child.stderr.resume();
      return url;
    }
  }
  throw new Error(`the server ended: ${text}`);
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    })
      .on("error", reject)
      .end();
  });
}

it.each([
  ["stream", "await new Promise(() => {});"],
  ["sample", "export default () => new Promise(() => {});"],
])("%s says so where a module waits for what never comes", async (command, text) => {
  const ended = await tokenmill([command, "--prompt", "x", "--source", `module:${file("never.mjs", text)}`]);
  expect(ended.stderr).toBe(
    "tokenmill: nothing is left to do, and it has not ended: a module waits for what never comes\n",
  );
  expect(ended.code).toBe(1);
});

it("threads start in a process whose text is a module, as of `node --input-type=module -e`", async () => {
  const text = `import { createEngine, functionSource } from "tokenmill";
    const source = functionSource({ vocabSize: 4, write: (row) => void row.set([0, 1, 2, 3]) });
    const engine = await createEngine({ source, workers: 1 });
    for await (const { tokenId } of engine.stream({ prompt: [0], maxTokens: 2, temperature: 0 })) console.log(tokenId);
    await engine.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", text], { cwd: import.meta.dirname });
  expect(await finished(child)).toEqual({ code: 0, stdout: "3\n3\n", stderr: "" });
});
