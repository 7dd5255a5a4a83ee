// Raises the one version of all packages by the highest kind that a changeset names, in the ranges of examples/ too, and removes
// the changesets; run in the repository's root. Not `changeset version`: for it a minor change of a package that another one names
// as a peer is a major change of that one, and so of all.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const kinds = ["major", "minor", "patch"];
const changesets = readdirSync(".changeset")
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => `.changeset/${file}`);
const before = JSON.parse(readFileSync("packages/core/package.json", "utf8")).version;
const after = raised(before, highestKind());

const own = /("(?:version|tokenmill|@tokenmill\/[\w-]+)": "\^?)([\d.]+)"/g;
for (const path of manifestsIn("packages", "apps", "examples")) {
  const raise = (all, head, version) => (version === before ? `${head}${after}"` : all);
  writeFileSync(path, readFileSync(path, "utf8").replace(own, raise));
}
for (const path of changesets) rmSync(path);
console.log(`${before} → ${after}`);

function highestKind() {
  const named = changesets.flatMap((path) => {
    const [, front] = /^---\n([^]*?)\n---\n/.exec(readFileSync(path, "utf8")) ?? [];
    const found = [...(front ?? "").matchAll(/^["'].+["']: *(\w+)$/gm)].map(([, kind]) => kind);
    if (found.length === 0 || found.some((kind) => !kinds.includes(kind)))
      stop(`${path}: expected packages with ${kinds.join(", ")}`);
    return found;
  });
  return kinds.find((kind) => named.includes(kind)) ?? stop('no changeset: run "npm run changeset" first');
}

function raised(version, kind) {
  const [major, minor, patch] = version.split(".").map(Number);
  if (kind === "major") return `${major + 1}.0.0`;
  return kind === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function manifestsIn(...parents) {
  return parents
    .flatMap((parent) => readdirSync(parent).map((folder) => `${parent}/${folder}/package.json`))
    .filter((path) => existsSync(path));
}

function stop(problem) {
  console.error(problem);
  process.exit(1);
}
