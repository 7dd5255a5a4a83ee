/** docs/structure.md against the tree: its paths, its memory map, and that the seams look as its recipes say. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const page = read("docs/structure.md");

const hidden = new Set(["node_modules", "dist", ".turbo", "generated"]);
function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (hidden.has(name)) return [];
    return statSync(join(root, path)).isDirectory() ? filesUnder(path) : [path];
  });
}
const files = ["packages", "apps", "test", "docs"].flatMap(filesUnder);

/** `packages/{llama,onnx}/src/**` as patterns without braces. */
function alternatives(pattern: string): string[] {
  const braces = /\{([^}]*)\}/.exec(pattern);
  if (!braces) return [pattern];
  return braces[1]!.split(",").flatMap((each) => alternatives(pattern.replace(braces[0], each)));
}

/** Whether a file or a folder is named. */
function matches(pattern: string, paths: readonly string[]): boolean {
  const source = pattern
    .replaceAll(".", "\\.")
    .replaceAll("/**/", "/(.+/)?")
    .replaceAll(/(?<!\))\*/g, "[^/]*");
  return paths.some((path) => new RegExp(`^${source}(?:$|(?<=/)|/)`).test(path));
}

const paths = [...page.matchAll(/`((?:packages|apps|test|docs)\/[^`]+)`/g)].map(([, path]) => path!);
const map = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path!).filter((path) => path.includes("/"));

describe("docs/structure.md", () => {
  it("names files that are there", () => {
    expect(paths.length).toBeGreaterThan(60);
    expect(paths.filter((path) => !alternatives(path).every((each) => matches(each, files)))).toEqual([]);
  });

  it("would not pass a path that is not there", () => {
    expect(matches("packages/core/src/nothing/*.ts", files)).toBe(false);
  });

  it("has every package and app in its map", () => {
    const rooms = ["packages", "apps"].flatMap((home) =>
      readdirSync(join(root, home)).map((name) => `${home}/${name}/`),
    );
    const named = map.flatMap(alternatives);
    expect(rooms.filter((room) => !named.some((path) => path.startsWith(room)))).toEqual([]);
  });

  it("has every folder of the packages in its map", () => {
    const folders = files.flatMap((path) => /^packages\/[^/]+\/src\/(?!testing\/)[^/]+\//.exec(path)?.[0] ?? []);
    const named = map.flatMap(alternatives);
    const isNamed = (folder: string): boolean => named.some((path) => matches(path, [`${folder}any.ts`]));
    expect([...new Set(folders)].filter((folder) => !isNamed(folder))).toEqual([]);
  });

  it("has the regions of the shared memory in their order", () => {
    const slab = read("packages/worker-pool/src/memory/slab.ts");
    const regions = [...slab.matchAll(/^ {4}(\w+): take\(/gm)].map(([, name]) => name);
    const table = page.slice(page.indexOf("| region |"), page.indexOf("## Adding to it"));
    expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(regions);
  });
});

describe("what its recipes say holds for all that is there:", () => {
  it("a sampler is a file, a kernel of its name, and a line", () => {
    const lines = [
      ...read("packages/core/src/samplers/index.ts").matchAll(/^export \{ (\w+) \} from "\.\/(\w+)\.ts";$/gm),
    ];
    expect(lines.length).toBeGreaterThan(20);
    for (const [, name, file] of lines) {
      expect(file).toBe(name);
      expect(read(`packages/core/src/samplers/${name}.ts`)).toContain(`export const ${name}: SamplerEntry`);
      expect(read(`packages/core/assembly/samplers/${name}.ts`)).toContain(`export function ${name}(`);
    }
  });

  it("a route is a file and a call", () => {
    const server = read("packages/server/src/service/addService.ts");
    const routes = files.filter((path) => /^packages\/server\/src\/routes\/\w+\.ts$/.test(path));
    expect(routes.length).toBeGreaterThan(5);
    for (const path of routes) {
      const [, add] = /^export (?:async )?function (add\w+)/m.exec(read(path))!;
      expect(server).toContain(`${add}(app`);
    }
  });

  it("a wire format is a name and a case", () => {
    const encoder = read("apps/stream/src/sinks/encoder.ts");
    const names = [.../= \[(.*)\];/.exec(encoder)![1]!.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect(names).toEqual([...encoder.matchAll(/case "(\w+)":/g)].map(([, name]) => name));
  });

  it("a kind of keywords is a file and a line of the table", () => {
    const table = read("packages/grammar/src/schema/readSchema.ts");
    const kinds = files.flatMap((path) => /schema\/(read[A-Z]\w+)\.ts$/.exec(path)?.[1] ?? []);
    expect(kinds.length).toBeGreaterThan(5);
    for (const kind of kinds.filter((name) => name !== "readSchema")) expect(table).toContain(`${kind}`);
  });
});
