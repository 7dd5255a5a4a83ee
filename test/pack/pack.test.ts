/** What would be published: its manifests and files, and that an empty folder can install it and run its own examples. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { esbuildServer } from "./bundlers.ts";
import { type PackedPackage, packWorkspace, root } from "./packWorkspace.ts";
import { Registry } from "./registry.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenmill-pack-"));
const tarballs = join(folder, "tarballs");
mkdirSync(tarballs);
const packed = packWorkspace(tarballs);
const named = packed.map((each): [string, PackedPackage] => [each.manifest.name, each]);
const workspaceNames = new Set(packed.map(({ manifest }) => manifest.name));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what would be published", () => {
  it("is every package of packages/ and apps/", () => {
    const folders = ["packages", "apps"].flatMap((parent) => readdirSync(join(root, parent)));
    expect(packed).toHaveLength(folders.length);
  });

  describe.each(named)("%s", (_, { manifest, files, read }) => {
    it("is public, with a licence, a page and an address", () => {
      expect(manifest).toMatchObject({ license: "Apache-2.0", publishConfig: { access: "public", provenance: true } });
      expect(Object.keys(manifest)).toEqual(
        expect.arrayContaining(["description", "keywords", "homepage", "bugs", "repository"]),
      );
      expect(manifest["private"]).toBeUndefined();
      expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "NOTICE", "package.json"]));
      expect(read("NOTICE")).toBe(readFileSync(join(root, "NOTICE"), "utf8"));
    });

    it("depends on what is published, by versions that a registry knows", () => {
      const dependencies = Object.entries((manifest["dependencies"] ?? {}) as Record<string, string>);
      const ours = dependencies.filter(([name]) => name.includes("tokenmill"));
      expect(ours.filter(([name]) => !workspaceNames.has(name))).toEqual([]);
      expect(dependencies.filter(([, version]) => /^(workspace|catalog|file|link):/.test(version))).toEqual([]);
    });

    it("has what its doors and commands name, no build info, and source maps with their sources", () => {
      const doors = Object.values((manifest["exports"] ?? {}) as Record<string, unknown>);
      const targets = [
        ...doors.flatMap((target) => (typeof target === "string" ? [target] : Object.values(target as object))),
        ...Object.values((manifest["bin"] ?? {}) as Record<string, string>),
      ] as string[];
      expect(targets.map((path) => path.replace(/^\.\//, "")).filter((path) => !files.includes(path))).toEqual([]);
      expect(files.filter((path) => path.endsWith(".tsbuildinfo"))).toEqual([]);
      const maps = files.filter((path) => path.endsWith(".js.map")).slice(0, 1);
      const sources = maps.map((path) => (JSON.parse(read(path)) as { sourcesContent?: string[] }).sourcesContent?.[0]);
      expect(sources.filter((source) => !source)).toEqual([]);
    });
  });
});

describe("the page of @tokenmill/playground", () => {
  it("comes with the licence texts of what is bundled into it", () => {
    const { read } = packed.find(({ manifest }) => manifest.name === "@tokenmill/playground")!;
    const licences = read("dist/page/licenses.md");
    for (const name of ["preact", "@preact/signals", "d3-scale"]) expect(licences).toContain(name);
    expect(licences).toContain("Permission is hereby granted, free of charge");
  });
});

describe("the guard before packing", () => {
  const pack = (cwd: string, agent: string): string => {
    try {
      const env = { ...process.env, npm_config_user_agent: agent };
      return execFileSync("node", [join(root, "scripts/prepack.mjs")], { cwd, env, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };

  it("refuses a client that leaves workspace: in the manifest", () => {
    expect(pack(join(root, "packages/core"), "npm/10.8.2 node/v20.20.2")).toBe(
      '@tokenmill/core: expected to be packed with pnpm, got npm: run "pnpm -r pack"\n',
    );
  });

  it("refuses an unbuilt tree", () => {
    const unbuilt = join(folder, "unbuilt");
    mkdirSync(unbuilt);
    writeFileSync(join(unbuilt, "package.json"), JSON.stringify({ name: "x", exports: { ".": "./dist/index.js" } }));
    expect(pack(unbuilt, "pnpm/10.34.9")).toBe(
      'x: expected a built tree, missing ./dist/index.js: run "npm run build"\n',
    );
  });
});

describe("an empty folder with Node and npm", () => {
  const project = join(folder, "project");
  let registry: Registry;

  beforeAll(async () => {
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    registry = await Registry.start(
      packed,
      execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim(),
    );
  });
  afterAll(() => registry.stop());

  const run = (command: string, ...args: string[]): Promise<string> => runIn(project, command, args);

  it("installs tokenmill by name, with strict engines", { timeout: 300_000 }, async () => {
    const options = ["--engine-strict", "--no-audit", "--no-fund", "--registry", registry.url];
    await run("npm", "install", "tokenmill", ...options);
    const { packages, megabytes } = await weightOf(project);
    console.log(`tokenmill: ${packages} packages, ${megabytes} MB`);
    expect(packages).toBeLessThanOrEqual(120);
    expect(megabytes).toBeLessThanOrEqual(60);
    const { version, bin } = packed.find(({ manifest }) => manifest.name === "tokenmill")!.manifest;
    for (const command of Object.keys(bin as object)) {
      expect(await run("npx", command, "--version")).toBe(`${version}\n`);
    }
  });

  it("says what to install for what few want", async () => {
    await expect(run("npx", "tokenmill", "explain", "--svg", "figures")).rejects.toThrow(
      '"--svg" needs packages that are not installed: npm install vega@6 vega-lite@~6.4.3',
    );
    await expect(run("npx", "tokenmill", "serve", "--port", "0", "--cluster", "nats://127.0.0.1:1")).rejects.toThrow(
      '"--cluster" needs packages that are not installed: npm install @tokenmill/cluster',
    );
    await expect(run("npx", "tokenmill", "load", "--target", "pool", "--html", "report.html")).rejects.toThrow(
      '"--html" needs packages that are not installed: npm install vega@6 vega-lite@~6.4.3',
    );
  });

  it("runs the library example of the README, with its output", async () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [, code, output] = /```js\n([^`]*createSampler[^`]*)```\n\n```text\n([^`]*)```/.exec(readme)!;
    writeFileSync(join(project, "readme.mjs"), code!);
    expect(await run("node", "readme.mjs")).toBe(output);
  });

  it("runs a server that esbuild made one file of, workers and all, without node_modules", async () => {
    const esbuild = fileURLToPath(new URL("..", import.meta.resolve("esbuild")));
    symlinkSync(esbuild, join(project, "node_modules/esbuild"));
    expect(await esbuildServer(join(project, "bundled"))).toContain("tokens 6 7 0 1");
  });

  it("installs @tokenmill/engine as at most 15 packages and 20 MB", { timeout: 300_000 }, async () => {
    const engine = join(folder, "engine");
    mkdirSync(engine);
    writeFileSync(join(engine, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const options = ["--engine-strict", "--no-audit", "--no-fund", "--registry", registry.url];
    await runIn(engine, "npm", ["install", "@tokenmill/engine", ...options]);
    const { packages, megabytes } = await weightOf(engine);
    console.log(`@tokenmill/engine: ${packages} packages, ${megabytes} MB`);
    expect(packages).toBeLessThanOrEqual(15);
    expect(megabytes).toBeLessThanOrEqual(20);
  });

  it.each(named)("runs the example of the page of %s", { timeout: 120_000 }, async (name, { read }) => {
    const code = /```js\n([^`]*)```/.exec(read("README.md"))?.[1];
    if (code === undefined) return;
    const file = `page${name.replaceAll(/\W/g, "-")}.mjs`;
    writeFileSync(join(project, file), code.replace(/^refuseUnknown.*$/m, ""));
    const printed = await run("node", file);
    const promised = [...code.matchAll(/\/\/ (.*)$/gm)]
      .map(([, text]) => text!)
      .filter((text) => /^[\d -.]+$/.test(text));
    expect(printed.trim().split(/\s+/)).toEqual(expect.arrayContaining(promised.flatMap((text) => text.split(" "))));
  });
});

async function runIn(cwd: string, command: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${command} ${args.join(" ")}: ${stderr || stdout}`)) : resolve(stdout),
    );
  });
}

/** Of what npm installed, optional packages for this machine included. */
async function weightOf(project: string): Promise<{ packages: number; megabytes: number }> {
  const installed = await runIn(project, "npm", ["ls", "--all", "--parseable"]);
  const packages = installed.trim().split("\n").length - 1;
  return { packages, megabytes: Math.round(bytesIn(join(project, "node_modules")) / 1e6) };
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
