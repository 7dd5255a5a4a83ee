/** Checks a workspace against `rules.ts`. Each violation is one line: file, what it does, what is expected instead. */
import { isBuiltin } from "node:module";
import { folderCyclesIn, isKernel } from "./folders.ts";
import { browserSafe, confined, folderOrders, inexactMathAllowed, libraries, mostLines, nodeOnly } from "./rules.ts";
import { resolveRelative, type SourceFile, type Workspace, type WorkspacePackage } from "./workspace.ts";

/** @param tooLong files that may be longer than others */
export function violationsIn(workspace: Workspace, tooLong: readonly string[] = []): string[] {
  const byName = new Map(workspace.packages.map((found) => [found.name, found]));
  return [
    ...workspace.packages
      .filter(({ kind, name }) => kind === "library" && libraries[name] === undefined)
      .map(({ folder, name }) => `${folder}: "${name}" has no row in test/architecture/rules.ts`),
    ...workspace.files
      .filter(({ unreadable }) => unreadable !== undefined)
      .map(({ path, unreadable }) => `${path}: cannot be parsed: ${unreadable}`),
    ...workspace.files.flatMap((file) =>
      file.imports.flatMap(({ specifier }) =>
        isRelative(specifier) ? relativeViolations(file, specifier) : packageViolations(file, specifier, byName),
      ),
    ),
    ...workspace.files.flatMap(inexactViolations),
    ...workspace.files.flatMap(orderViolations),
    ...workspace.files.filter(({ path }) => !tooLong.includes(path)).flatMap(sizeViolations),
    ...folderCyclesIn(workspace),
    ...cyclesIn(workspace).map((cycle) => `${cycle[0]}: import cycle ${cycle.join(" → ")}`),
  ];
}

function sizeViolations(file: SourceFile): string[] {
  const { path, lines, shipped } = file;
  if (lines <= mostLines || !(shipped || isKernel(file))) return [];
  return [`${path}: ${lines} lines, expected at most ${mostLines}: it has more than one idea`];
}

function inexactViolations({ path, inexactMath }: SourceFile): string[] {
  const allowed = inexactMathAllowed.filter(({ at }) => path === at || (at.endsWith("/") && path.startsWith(at)));
  return inexactMath
    .filter(
      ({ within }) => !allowed.some(({ names }) => names === "all" || within.some((name) => names.includes(name))),
    )
    .map(
      ({ what, within }) =>
        `${path}: "${what}" in ${within.join(".") || "the module"} has a last bit of the JavaScript engine's own`,
    );
}

/** What a file imports against the order of its tree's folders (`folderOrders`). */
function orderViolations({ path, imports }: SourceFile): string[] {
  const tree = folderOrders.find(({ at }) => path.startsWith(at));
  if (!tree) return [];
  const { at, order } = tree;
  const folderOf = (file: string): string => file.slice(at.length).split("/")[0]!;
  const own = order.indexOf(folderOf(path));
  if (own < 0) return [`${path}: lies in none of the folders ${order.join(", ")} of ${at}`];
  return imports.flatMap(({ specifier }) => {
    const target = isRelative(specifier) ? new URL(specifier, `file:///${path}`).pathname.slice(1) : "";
    if (!target.startsWith(at) || order.indexOf(folderOf(target)) >= own) return [];
    return [`${path}: "${specifier}" points back: ${order.join(" → ")} is the order of ${at}`];
  });
}

function relativeViolations(file: SourceFile, specifier: string): string[] {
  const target = new URL(specifier, `file:///${file.path}`).pathname.slice(1);
  if (file.shipped && isNodeOnly(target) && !isNodeOnly(file.path)) {
    return [`${file.path}: "${specifier}" is for Node, and ${file.package.name} must run in browsers`];
  }
  if (target.startsWith(`${file.package.folder}/`)) return [];
  return [`${file.path}: "${specifier}" leaves ${file.package.folder}; import the package by its name`];
}

function packageViolations(file: SourceFile, specifier: string, byName: Map<string, WorkspacePackage>): string[] {
  const name = packageNameOf(specifier);
  const imported = byName.get(name);
  const found = imported ? workspaceViolations(file, specifier, imported) : [];
  const { package: owner, path } = file;
  const rule = confined.find(({ module }) => module === name || module === `node:${name}`);
  if (rule && owner.kind !== "test" && !rule.to.includes(owner.name) && !(rule.andApps && owner.kind === "app")) {
    found.push(`${path}: "${specifier}" stops at ${[...rule.to, ...(rule.andApps ? ["apps"] : [])].join(" and ")}`);
  }
  if (file.shipped && browserSafe.includes(owner.name) && !isNodeOnly(path) && isBuiltin(specifier)) {
    found.push(`${path}: "${specifier}" is a Node built-in, and ${owner.name} must run in browsers`);
  }
  return found;
}

function workspaceViolations(file: SourceFile, specifier: string, imported: WorkspacePackage): string[] {
  const { package: owner, path } = file;
  const found: string[] = [];
  const itself = imported === owner;
  if (!itself && !mayImport(file, imported)) found.push(`${path}: ${owner.name} may not import ${imported.name}`);
  const door = `.${specifier.slice(imported.name.length)}`;
  if (!imported.exports.includes(door))
    found.push(`${path}: "${specifier}" is not among the exports of ${imported.name}`);
  if (itself) return found;
  const stated = owner.dependencies.has(imported.name) || (!file.shipped && owner.devDependencies.has(imported.name));
  if (!stated) {
    const where = file.shipped ? "dependencies" : "devDependencies";
    found.push(`${path}: "${imported.name}" is missing in the ${where} of ${owner.folder}/package.json`);
  }
  if (file.shipped && owner.references && !owner.references.has(imported.folder)) {
    found.push(`${path}: "${imported.folder}" is missing in the references of ${owner.folder}/tsconfig.json`);
  }
  return found;
}

function mayImport(file: SourceFile, imported: WorkspacePackage): boolean {
  const { kind, name } = file.package;
  if (kind === "test") return true;
  if (imported.kind === "test") return !file.shipped;
  if (imported.kind === "app") return false;
  return kind === "app" || (libraries[name] ?? []).includes(imported.name);
}

/**
 * Circles of relative imports, by depth-first search. `import type` does not close one: it is erased, so it cannot make
 * a module run before what it needs, and a table that the compiler closes refers to the types made from it.
 */
function cyclesIn({ files }: Workspace): string[][] {
  const known = new Set(files.map(({ path }) => path));
  const edges = new Map(
    files.map(({ path, imports }) => [
      path,
      imports
        .filter(({ specifier, erased }) => isRelative(specifier) && !erased)
        .flatMap(({ specifier }) => resolveRelative(path, specifier, known) ?? []),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[][] = [];
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    for (const next of edges.get(path) ?? []) visit(next);
    trail.pop();
    done.add(path);
  };
  for (const path of known) visit(path);
  return cycles;
}

const isNodeOnly = (path: string): boolean => nodeOnly.some((folder) => path.startsWith(folder));

const isRelative = (specifier: string): boolean => specifier.startsWith("./") || specifier.startsWith("../");

function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
