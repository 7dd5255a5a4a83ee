/**
 * `npm run clients`: what users' tools make of the packages that would be published. Installs them from a registry on loopback with
 * pnpm, yarn 1 and bun, runs the README's example, builds and runs `examples/` with bundlers, lets publint and attw look at the tarballs, and compiles a program that imports
 * every package with the oldest and the newest TypeScript. The tools come from npm, each by this command alone.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundlerCases } from "./bundlers.ts";
import { type PackedPackage, packWorkspace, root } from "./packWorkspace.ts";
import { Registry } from "./registry.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "tokenmill-clients-"));
const tarballs = join(folder, "tarballs");
mkdirSync(tarballs);
const packed = packWorkspace(tarballs);
const npmsOwn = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
const registry = await Registry.start(packed, npmsOwn);
let failures = 0;
/** Beginnings of the names of what is to be done; none: all of it. */
const wanted = process.argv.slice(2);

interface Client {
  readonly name: string;
  readonly command: readonly string[];
  /** Of the project's package.json. */
  readonly manifest?: object;
}

/** yarn 1 takes the newest of each range, whatever Node it wants: fastify's ^6 of light-my-request wants Node 22 by a cookie. */
const resolutions = { "light-my-request": "6.6.0" };
const clients: readonly Client[] = [
  { name: "pnpm 10", command: ["pnpm@10.34.9", "add"] },
  { name: "yarn 1", command: ["yarn@1.22.22", "add", "--no-progress"], manifest: { resolutions } },
  { name: "bun 1.4", command: ["bun@1.4.5", "add"] },
];

/** Packages whose types need nothing but their own: TypeScript 5.0, no @types/node. */
const ownTypes = [
  "@tokenmill/core",
  "@tokenmill/contracts",
  "@tokenmill/check",
  "@tokenmill/protocol",
  "@tokenmill/grammar",
];
/** The others' types name those of Node, fastify and NATS, which want a newer compiler. */
const compilations = [
  { version: "5.0.4", names: ownTypes, also: [], lib: ["es2022", "dom"] },
  { version: "7.0.2", names: undefined, also: ["@types/node@20"], lib: ["esnext", "dom"] },
];
const moduleResolutions = [
  { module: "node16", moduleResolution: "node16" },
  { module: "esnext", moduleResolution: "bundler" },
];

try {
  for (const client of clients) await report(client.name, () => installed(client));
  for (const { name, packages, run: build } of bundlerCases) await report(name, () => bundled(name, packages, build));
  for (const each of packed) {
    await report(`publint ${each.manifest.name}`, () => npx("publint@0.3.25", "run", join(tarballs, each.fileName)));
    if (hasTypes(each)) {
      const args = [join(tarballs, each.fileName), "--profile", "esm-only", "--no-emoji", "--format", "ascii"];
      await report(`attw ${each.manifest.name}`, async () => {
        await npx("@arethetypeswrong/cli@0.18.5", ...args);
        return "no problems";
      });
    }
  }
  for (const {
    version,
    names = packed.filter(hasTypes).map(({ manifest }) => manifest.name),
    also,
    lib,
  } of compilations) {
    for (const options of moduleResolutions) {
      await report(`TypeScript ${version}, ${options.moduleResolution}`, () =>
        compiled(version, names, also, { ...options, lib, types: [] }),
      );
    }
  }
} finally {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function report(name: string, work: () => Promise<string>): Promise<void> {
  if (wanted.length > 0 && !wanted.some((beginning) => name.startsWith(beginning))) return;
  try {
    console.log(`ok      ${name}: ${(await work()).trim().split("\n").at(-1)}`);
  } catch (error) {
    failures++;
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    console.log(`failed  ${name}:\n${stdout}${stderr || message}`);
  }
}

async function npx(...args: string[]): Promise<string> {
  const { stdout } = await run("npx", ["--yes", ...args], { cwd: folder, maxBuffer: 1 << 26 });
  return stdout;
}

function project(name: string, manifest: object = {}): string {
  const path = join(folder, name.replaceAll(/\W/g, "-"));
  mkdirSync(path);
  const complete = { name: "user", private: true, type: "module", ...manifest };
  writeFileSync(join(path, "package.json"), JSON.stringify(complete));
  writeFileSync(join(path, ".npmrc"), `registry=${registry.url}\n`);
  return path;
}

async function installed({ name, command, manifest }: Client): Promise<string> {
  const cwd = project(name, manifest);
  // yarn's own would hold other tarballs of the same version
  const env = { ...process.env, YARN_CACHE_FOLDER: join(folder, "yarn-cache") };
  await run("npx", ["--yes", ...command, "tokenmill", "--registry", registry.url], { cwd, env, maxBuffer: 1 << 26 });
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, code, output] = /```js\n([^`]*createSampler[^`]*)```\n\n```text\n([^`]*)```/.exec(readme)!;
  writeFileSync(join(cwd, "readme.js"), code!);
  const { stdout } = await run(process.execPath, ["readme.js"], { cwd });
  if (stdout !== output) throw new Error(`expected ${output}, got ${stdout}`);
  return `${Math.round(bytesIn(join(cwd, "node_modules")) / 1e6)} MB, the README's example prints ${stdout}`;
}

async function bundled(
  name: string,
  packages: readonly string[],
  build: (project: string) => Promise<string>,
): Promise<string> {
  const cwd = project(name);
  await run("npm", ["install", "--no-audit", "--no-fund", ...packages], { cwd, maxBuffer: 1 << 26 });
  return build(cwd);
}

function hasTypes({ files }: PackedPackage): boolean {
  return files.includes("dist/index.d.ts");
}

async function compiled(
  version: string,
  names: readonly string[],
  also: readonly string[],
  options: { readonly moduleResolution: string; readonly [name: string]: unknown },
): Promise<string> {
  const cwd = project(`ts ${version} ${options.moduleResolution}`);
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...flags, `typescript@${version}`, ...also, ...names], { cwd, maxBuffer: 1 << 26 });
  writeFileSync(
    join(cwd, "index.ts"),
    names.map((name, i) => `export * as p${i} from ${JSON.stringify(name)};`).join("\n"),
  );
  const compilerOptions = { target: "es2022", strict: true, skipLibCheck: false, noEmit: true, ...options };
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
  await run("npx", ["tsc", "-p", "."], { cwd });
  return `${names.length} packages, skipLibCheck off`;
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
