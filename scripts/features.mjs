// Makes the tables of FEATURES.md from the tables of samplers, parameters and profiles of @tokenmill/core (built before).
// Without a flag, a difference is listed and the exit code is 1; `--write` puts it into the file.
import { readFileSync, writeFileSync } from "node:fs";
import { foreignNames, parameters, profiles, samplerNames, samplerReferences, samplers } from "tokenmill";

const path = new URL("../FEATURES.md", import.meta.url);
const cell = (text) => text.replaceAll("|", "\\|");

function table(headers, rows) {
  const lines = [headers, headers.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return lines.join("\n");
}

const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
const describe = (name) => `\`${name}\` ${byName.get(name).expected.replace(/^number /, "")}`;
const stageRows = samplerNames.map((name) => [
  `\`${name}\``,
  samplerReferences[name].description,
  samplers[name].reads.map(describe).join("; "),
]);
const ofSamplers = new Set(samplerNames.flatMap((name) => samplers[name].reads));
const otherRows = parameters
  .filter(({ name }) => !ofSamplers.has(name))
  .map(({ name, expected, description }) => [`\`${name}\``, expected, description]);
const boundariesOf = (rules) =>
  samplerNames
    .map((name) => samplerReferences[name].boundary?.(rules) ?? "")
    .filter((words) => words !== "")
    .join("; ");
const profileRows = Object.entries(profiles).map(([name, { order, defaults, ...boundaries }]) => [
  `\`${name}\``,
  order.join(", "),
  boundariesOf(boundaries),
  Object.keys(defaults).length === 0 ? "off" : JSON.stringify(defaults).replace(/[{}"]/g, "").replaceAll(",", ", "),
]);
const nameRows = Object.entries(foreignNames).map(([name, { engines, ours, isAlias, hint }]) => [
  `\`${name}\``,
  engines.join(", "),
  isAlias ? `\`${ours}\`` : hint.replace(/\{(\w+)\}/g, "`$1`"),
]);
const tables = {
  stages: table(["stage", "what it does", "parameters"], stageRows),
  parameters: table(["parameter", "range", "what it does"], otherRows),
  names: table(["name", "in", "here"], nameRows),
  profiles: table(["profile", "order", "boundary rules", "absent parameters"], profileRows),
};

const before = readFileSync(path, "utf8");
const after = Object.entries(tables).reduce(
  (text, [name, lines]) =>
    text.replace(
      new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`),
      (_, open, close) => `${open}${lines}\n${close}`,
    ),
  before,
);
if (process.argv.includes("--write")) writeFileSync(path, after);
else if (after !== before) {
  console.error("FEATURES.md is not what the tables of @tokenmill/core say: npm run features");
  process.exitCode = 1;
}
