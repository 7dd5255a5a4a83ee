// The steps of a release in CHANGELOG.md, run in the repository's root. Before `raise-version.mjs`, `collect` adds the
// summaries of .changeset/ to "## Unreleased"; after it, `name` puts the entries under the new version; `notes` prints them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const path = "CHANGELOG.md";
const heading = "## Unreleased\n";
const version = () => JSON.parse(readFileSync("packages/core/package.json", "utf8")).version;
const steps = {
  collect: (changelog) => writeFileSync(path, collect(changelog)),
  name: (changelog) => writeFileSync(path, name(changelog)),
  notes: (changelog) => console.log(notes(changelog)),
};

const step = steps[process.argv[2]];
if (!step) stop(`expected "collect", "name" or "notes", got ${process.argv[2]}`);
const before = readFileSync(path, "utf8");
if (!before.includes(heading)) stop(`${path}: no heading "## Unreleased"`);
step(before);

function collect(changelog) {
  const files = readdirSync(".changeset").filter((file) => file.endsWith(".md") && file !== "README.md");
  if (files.length === 0) stop('no changeset: run "npm run changeset" first');
  const entries = files.map((file) => {
    const [, summary] = /^---\n[^]*?\n?---\n([^]*)$/.exec(readFileSync(`.changeset/${file}`, "utf8")) ?? [];
    if (!summary?.trim()) stop(`.changeset/${file}: expected front matter and a summary`);
    return `- ${summary.trim().replaceAll("\n", "\n  ")}\n`;
  });
  return changelog.replace(/^## Unreleased\n\n?/m, () => `${heading}\n${entries.join("")}`);
}

function name(changelog) {
  if (changelog.includes(`## ${version()}\n`)) stop(`${path}: ${version()} has a heading already`);
  return changelog.replace(heading, () => `${heading}\n## ${version()}\n`);
}

function notes(changelog) {
  const [, section] = changelog.split(`\n## ${version()}\n`);
  if (section === undefined) stop(`${path}: no heading "## ${version()}"`);
  return section.split("\n## ")[0].trim();
}

function stop(problem) {
  console.error(problem);
  process.exit(1);
}
