/** Programs of `examples/` as users' bundlers make them, from packages that were installed into the project's folder. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { root } from "./packWorkspace.ts";

const run = promisify(execFile);

interface BundlerCase {
  readonly name: string;
  /** What has to be installed beside `@tokenmill/…`, by npm. */
  readonly packages: readonly string[];
  /** Builds and runs; returns what is to be printed. */
  readonly run: (project: string) => Promise<string>;
}

const bun = "bun@1.4.5";
const next = ["next@16", "react@19", "react-dom@19", "tokenmill", "@tokenmill/server"];
const server = ["@tokenmill/server", "@tokenmill/sources", "@tokenmill/worker-pool"];

export const bundlerCases: readonly BundlerCase[] = [
  { name: "esbuild, a server in one file", packages: [...server, "esbuild@0.28.2"], run: esbuildServer },
  { name: "Vite SSR, a server", packages: [...server, "vite@8"], run: viteServer },
  { name: "bun build --compile, a server", packages: [...server, bun], run: compiledServer },
  { name: "Next.js, routes", packages: next, run: nextRoutes },
  {
    name: "rollup, a page",
    packages: ["@tokenmill/core", "rollup@4", "@rollup/plugin-node-resolve@16", "@rollup/plugin-terser@1"],
    run: (project) => page(project, "rollup", ["main.js", "-d", "out", "-p", "node-resolve", "-p", "terser"]),
  },
  {
    name: "webpack, a page",
    packages: ["@tokenmill/core", "webpack@5", "webpack-cli@6"],
    run: (project) => page(project, "webpack", ["--mode", "production", "--entry", "./main.js", "-o", "out"]),
  },
  {
    name: "Vite, a page",
    packages: ["@tokenmill/core", "vite@8"],
    run: (project) => {
      writeFileSync(join(project, "index.html"), '<script type="module" src="main.js"></script>');
      return page(project, "vite", ["build", "--outDir", "out"]);
    },
  },
];

/** The bundle alone, away from node_modules. */
export async function esbuildServer(project: string): Promise<string> {
  cpSync(join(root, "examples/bundled"), project, { recursive: true });
  await run("node", ["build.js"], { cwd: project });
  const alone = `${project}-alone`;
  cpSync(join(project, "dist"), alone, { recursive: true });
  writeFileSync(join(alone, "package.json"), '{ "type": "module" }');
  const bytes = readdirSync(alone).reduce((sum, name) => sum + readFileSync(join(alone, name)).length, 0);
  return `${await served("node", [join(alone, "server.js")])}, ${(bytes / 1e6).toFixed(1)} MB`;
}

async function viteServer(project: string): Promise<string> {
  cpSync(join(root, "examples/bundled"), project, { recursive: true });
  const config = `export default { build: { ssr: true, rolldownOptions: { input: ["server.js", "worker.js"] } } };`;
  writeFileSync(join(project, "vite.config.mjs"), config);
  await run("npx", ["vite", "build"], { cwd: project });
  return served("node", [join(project, "dist/server.js")]);
}

async function compiledServer(project: string): Promise<string> {
  cpSync(join(root, "examples/bundled"), project, { recursive: true });
  const outputs = ["--outfile", `${project}-program`];
  await run("npx", ["bun", "build", "--compile", "./server.js", "./worker.js", ...outputs], { cwd: project });
  return served(`${project}-program`, []);
}

async function nextRoutes(project: string): Promise<string> {
  cpSync(join(root, "examples/next"), project, { recursive: true });
  await run("npx", ["next", "build"], { cwd: project, maxBuffer: 1 << 26 });
  const port = await freePort();
  const started = spawn("npx", ["next", "start", "-p", String(port)], { cwd: project, detached: true });
  try {
    for await (const line of createInterface(started.stdout)) if (line.includes("Ready")) break;
    const url = `http://127.0.0.1:${port}`;
    const response = await fetch(`${url}/generate?prompt=5`);
    const ids = [...(await response.text()).matchAll(/"tokenId":(\d+)/g)].map(([, id]) => id);
    expectTokens(ids.join(" "));
    return expectTokens(await completed(`${url}/llm/v1/completions`));
  } finally {
    process.kill(-started.pid!, "SIGKILL");
    await once(started, "exit");
  }
}

/** Size of what a page loads, as the scalar build is for hosts without vectors only. */
async function page(project: string, tool: string, args: readonly string[]): Promise<string> {
  cpSync(join(root, "examples/page"), project, { recursive: true });
  await run("npx", [tool, ...args], { cwd: project, maxBuffer: 1 << 26 });
  const scripts = readdirSync(join(project, "out"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.m?js$/.test(name))
    .map((name) => gzipSync(readFileSync(join(project, "out", name)), { level: 9 }).length)
    .sort((a, b) => b - a);
  return `${scripts.length} files of ${scripts.join(", ")} bytes with gzip`;
}

/** What the route makes of a prompt in several sequences at a time, so that workers draw. */
async function completed(route: URL | string): Promise<string> {
  const body = { prompt: [5], max_tokens: 4, temperature: 0, n: 4, return_token_ids: true };
  const headers = { "content-type": "application/json" };
  const response = await fetch(route, { method: "POST", headers, body: JSON.stringify(body) });
  const { choices } = (await response.json()) as { choices: { token_ids: number[] }[] };
  return [...new Set(choices.map((choice) => choice.token_ids.join(" ")))].join(", ");
}

/** Starts the server, asks it, and ends it. */
async function served(command: string, args: readonly string[]): Promise<string> {
  const started = spawn(command, [...args], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    return expectTokens(await completed(new URL("v1/completions", await firstLine(started))));
  } finally {
    const ended = once(started, "exit");
    started.kill("SIGTERM");
    await ended;
  }
}

async function firstLine(program: ChildProcess): Promise<string> {
  for await (const line of createInterface(program.stdout!)) return line;
  throw new Error("the server ended before it said its address");
}

function expectTokens(tokens: string): string {
  if (tokens !== "6 7 0 1") throw new Error(`expected tokens 6 7 0 1, got ${tokens}`);
  return `tokens ${tokens}`;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  listener.close();
  return port;
}
