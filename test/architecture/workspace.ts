/** The workspace as the gate sees it: every package with its manifest, and every source file with what it imports. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { parseSync, type Program, Visitor } from "oxc-parser";
import { type InexactUse, inexactUsesIn } from "./inexactMath.ts";

export interface Workspace {
  packages: WorkspacePackage[];
  files: SourceFile[];
}

export interface WorkspacePackage {
  name: string;
  /** Folder relative to the root, such as `packages/core`. */
  folder: string;
  kind: "library" | "app" | "test";
  /** Keys of `exports`: `.`, `./internal`. Empty when nothing may be imported from it. */
  exports: string[];
  /** Names in `dependencies` and `peerDependencies`, what an installed package brings along. */
  dependencies: Set<string>;
  devDependencies: Set<string>;
  /** Folders of the tsconfig `references`, relative to the root; undefined without a tsconfig.json. */
  references: Set<string> | undefined;
}

export interface SourceFile {
  /** Relative to the root, with `/`. */
  path: string;
  package: WorkspacePackage;
  /** Compiled into `dist`: under `src`, not a test and not what tests share (`src/testing`). */
  shipped: boolean;
  /** Lines of text. */
  lines: number;
  imports: Import[];
  /** Uses of functions that JavaScript engines round differently. */
  inexactMath: InexactUse[];
  /** Why the file cannot be read as a module; its imports are then unknown. */
  unreadable: string | undefined;
}

interface Import {
  specifier: string;
  /** `import type`, `export type` or `import("…")` in a type: gone from the JavaScript that runs. */
  erased: boolean;
}

const homes = { packages: "library", apps: "app", test: "test" } as const;
const outputs = new Set(["node_modules", "dist", "generated", ".turbo"]);

export function readWorkspace(root: string): Workspace {
  const packages = Object.entries(homes).flatMap(([home, kind]) =>
    childrenOf(join(root, home))
      .filter((name) => existsSync(join(root, home, name, "package.json")))
      .map((name) => readPackage(root, `${home}/${name}`, kind)),
  );
  const files = packages.flatMap((owner) =>
    sourcesUnder(join(root, owner.folder)).map((file) => readSource(root, file, owner)),
  );
  return { packages, files };
}

function readPackage(root: string, folder: string, kind: WorkspacePackage["kind"]): WorkspacePackage {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
    name: string;
    exports?: Record<string, unknown>;
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  return {
    name: manifest.name,
    folder,
    kind,
    exports: Object.keys(manifest.exports ?? {}),
    dependencies: new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    references: readReferences(root, folder),
  };
}

function readReferences(root: string, folder: string): Set<string> | undefined {
  const file = join(root, folder, "tsconfig.json");
  if (!existsSync(file)) return undefined;
  const { references = [] } = JSON.parse(readFileSync(file, "utf8")) as { references?: { path: string }[] };
  return new Set(references.map(({ path }) => posix.join(folder, path)));
}

function readSource(root: string, file: string, owner: WorkspacePackage): SourceFile {
  const path = relative(root, file).split(sep).join("/");
  const text = readFileSync(file, "utf8");
  // AssemblyScript decorates functions, which TypeScript's grammar has no place for; decorators import nothing.
  const source = path.includes("/assembly/") ? text.replaceAll(/^\s*@\w+(\([^)]*\))?/gm, "") : text;
  const { program, errors } = parseSync(path, source);
  const sources = `${owner.folder}/src/`;
  const shipped = path.startsWith(sources) && !path.startsWith(`${sources}testing/`) && !path.endsWith(".test.ts");
  return {
    path,
    package: owner,
    shipped,
    lines: text.replace(/\n$/, "").split("\n").length,
    imports: importsOf(program, source),
    inexactMath: shipped ? inexactUsesIn(program) : [],
    unreadable: errors[0]?.message,
  };
}

/** All imports and re-exports of a file, and the modules it loads by `new URL("…", import.meta.url)`. */
function importsOf(program: Program, source: string): Import[] {
  const imports: Import[] = [];
  const add = (node: { type: string; value?: unknown } | null | undefined, erased = false): void => {
    if (node?.type === "Literal" && typeof node.value === "string") imports.push({ specifier: node.value, erased });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === "type"),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === "type"),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === "type"),
    TSImportType: (node) => add(node.source, true),
    TSExternalModuleReference: (node) => add(node.expression),
    ImportExpression: (node) => add(node.source),
    CallExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "require") add(node.arguments[0]);
    },
    NewExpression: (node) => {
      if (node.callee.type !== "Identifier" || node.callee.name !== "URL") return;
      if (isMetaUrl(source, node.arguments[1])) add(node.arguments[0]);
    },
  }).visit(program);
  return imports;
}

function isMetaUrl(source: string, node: { start: number; end: number } | undefined): boolean {
  return node !== undefined && source.slice(node.start, node.end) === "import.meta.url";
}

/** The source file that a relative specifier names; `.js` may stand for the `.ts` it is built from. */
export function resolveRelative(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  const target = posix.join(dirname(from), specifier);
  const candidates = [target, `${target}.ts`, `${target}/index.ts`, target.replace(/\.([cm]?)js$/, ".$1ts")];
  return candidates.find((candidate) => known.has(candidate));
}

function childrenOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function sourcesUnder(folder: string): string[] {
  return childrenOf(folder)
    .filter((name) => !outputs.has(name))
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return sourcesUnder(path);
      return /\.[cm]?[jt]sx?$/.test(name) ? [path] : [];
    });
}
