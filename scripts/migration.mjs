// Makes the tables of docs/guides/migration.md from the parameter table and the names of other engines (built before).
// Without a flag, a difference is told and the exit code is 1; `--write` puts the tables into the file.
import { readFileSync, writeFileSync } from "node:fs";
import { foreignNames, parameters } from "tokenmill";
import { aiSdkNames, engineNames } from "./engineNames.mjs";

const path = new URL("../docs/guides/migration.md", import.meta.url);
/** Fields of a request beside its sampling parameters. */
const requestFields = {
  maxTokens: "integer ≥ 1",
  stop: "text, or several",
  ignoreEos: "whether to go on after the end of a text",
  thinkingTokenBudget: "most tokens of thinking, ≥ 0, or -1; tags by `thinking`",
  forcedEosTokenId: "the token at the last place that `maxTokens` allows",
  repetitionDetection: "which loops end an output: `maxPatternSize`, `minPatternSize`, `minCount`",
  promptLogprobs: "how probable the prompt is",
  grammar: "EBNF, GBNF or Lark",
  jsonSchema: "a JSON schema",
  n: "outputs: `engine.generateMany(request, n)`, over HTTP `n`",
};
const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
const camelCase = (name) => name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());
const cell = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

/** Ours, and what there is to say of it. */
function here(name, engine) {
  const known = foreignNames[name];
  if (known?.engines.includes(engine)) {
    const hint = known.hint.replaceAll(/\{(\w+)\}/g, "`$1`");
    return known.isAlias ? ours(known.ours) : ["", hint];
  }
  return ours(camelCase(name));
}

function ours(name) {
  const said = byName.get(name)?.expected ?? requestFields[name];
  if (said === undefined) throw new Error(`nothing here is called ${name}: say in core's foreignNames what it is`);
  return [`\`${name}\``, said];
}

function table(engine, rows) {
  const lines = rows.map(([name, [mine, note]]) => `| \`${name}\` | ${mine} | ${cell(note)} |`);
  return [`| ${engine} | here | |`, "| --- | --- | --- |", ...lines].join("\n");
}

const tables = Object.fromEntries(
  Object.entries(engineNames).map(([engine, names]) => [
    engine,
    table(
      engine,
      names
        .trim()
        .split(/\s+/)
        .map((name) => [name, here(name, engine)]),
    ),
  ]),
);
tables["AI SDK"] = table(
  "AI SDK",
  Object.entries(aiSdkNames).map(([name, mine]) => [name, ours(mine)]),
);

const before = readFileSync(path, "utf8");
const after = Object.entries(tables).reduce(
  (text, [name, lines]) =>
    text.replace(
      new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
      (_, open, close) => `${open}${lines}\n${close}`,
    ),
  before,
);
if (process.argv.includes("--write")) writeFileSync(path, after);
else if (after !== before) {
  console.error("docs/guides/migration.md differs from the code: run npm run features");
  process.exitCode = 1;
}
