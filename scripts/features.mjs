// Makes the tables of FEATURES.md from the stage, parameter and profile tables of @tokenmill/core (built before).
// Without a flag, a difference is listed and the exit code is 1; `--write` puts it into the file.
import { readFileSync, writeFileSync } from "node:fs";
import { foreignNames, parameters, profiles, stages } from "tokenmill";

const path = new URL("../FEATURES.md", import.meta.url);
const cell = (text) => text.replaceAll("|", "\\|");

function table(headers, rows) {
  const lines = [headers, headers.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return lines.join("\n");
}

const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
const describe = (name) => `\`${name}\` ${byName.get(name).expected.replace(/^number /, "")}`;
const stageRows = Object.entries(stages).map(([name, { params, description }]) => [
  `\`${name}\``,
  description,
  params.map(describe).join("; "),
]);
const ofStages = new Set(Object.values(stages).flatMap(({ params }) => params));
const otherRows = parameters
  .filter(({ name }) => !ofStages.has(name))
  .map(({ name, expected, description }) => [`\`${name}\``, expected, description]);
const topPWords = { ties: "top-p all equal to the last", edge: "top-p until its mass is above p" };
const typicalWords = { ties: "typical all as far as the last", edge: "typical until its mass is above p" };
const boundariesOf = ({ topKKeepsTies, topPKeeps, typicalKeeps, topHSumsTerms, badWordsScope }) =>
  [
    topKKeepsTies ? "top-k all equal to the k-th" : "top-k exactly k",
    topPWords[topPKeeps] ?? "",
    typicalWords[typicalKeeps] ?? "",
    topHSumsTerms ? "top-h by the sum of terms among the 100 largest" : "",
    badWordsScope === "output" ? "bad words begin in the output" : "",
  ]
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
