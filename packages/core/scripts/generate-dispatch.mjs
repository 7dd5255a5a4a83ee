// Makes what the kernels know of the table of samplers (src/samplers/index.ts): an opcode and the flags of each, and the
// dispatch that the walk over a plan calls; and the list of the samplers' references, which stand in the same files. A sampler of the table without a kernel of its name fails the build, and so does a
// kernel that no sampler has.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tsImport } from "tsx/esm/api";

const {
  samplerNames,
  samplers,
  samplersByOpcode: numbered,
} = await tsImport("../src/samplers/table.ts", import.meta.url);

/** `topNSigma` → `TOP_N_SIGMA`. */
const constantOf = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

checkKernels();

const opcodeOf = (name) => numbered.indexOf(name) + 1;
const flagsOf = (name) => Object.entries(samplers[name].flags ?? {});

const head = "// Made from src/samplers by scripts/generate-dispatch.mjs.\n";
mkdirSync("src/generated", { recursive: true });
mkdirSync("assembly/generated", { recursive: true });

const constants = [
  ...numbered.map((name) => `export const OP_${constantOf(name)} = ${opcodeOf(name)};`),
  "/** Opcodes from here on cut or reshape; all smaller ones edit single logits. */",
  `export const OP_FIRST_NON_EDIT = ${numbered.filter((name) => samplers[name].kind === "edit").length + 1};`,
  ...numbered.flatMap((name) =>
    flagsOf(name).map(([flag, bits]) => `export const ${constantOf(name)}_${flag} = ${bits};`),
  ),
];
writeFileSync("src/generated/samplerConstants.ts", `${head}${constants.join("\n")}\n`);

const references = samplerNames.map((name) => `export { ${name}Reference as ${name} } from "../samplers/${name}.ts";`);
writeFileSync("src/generated/references.ts", `${head}${references.join("\n")}\n`);

const cases = numbered.map((name) => {
  const mask = flagsOf(name).reduce((bits, [, bit]) => bits | bit, 0);
  const [least, most] = samplers[name].integers ?? [];
  const checks = [
    mask === 0 ? "load<i32>(stage, STAGE_FLAGS) != 0" : `(load<i32>(stage, STAGE_FLAGS) & ~${mask}) != 0`,
    ...(least === undefined ? [] : [`<u32>(load<i32>(stage, STAGE_INTEGER) - ${least}) > ${most - least}`]),
  ];
  return [
    `    case ${opcodeOf(name)}:`,
    ...checks.map((check) => `      if (${check}) return STATUS_INVALID_PLAN;`),
    `      ${name}(stage);`,
    "      return STATUS_OK;",
  ].join("\n");
});
writeFileSync(
  "assembly/generated/dispatch.ts",
  `${head}import { STAGE_FLAGS, STAGE_INTEGER, STATUS_INVALID_PLAN, STATUS_OK } from "../../src/layout";
${samplerNames.map((name) => `import { ${name} } from "../samplers/${name}";`).join("\n")}

/** Returns a status: an opcode that is not here, or a code in its record that its kernel lacks, fails the row. */
export function applyStage(opcode: i32, stage: usize): i32 {
  switch (opcode) {
${cases.join("\n")}
    default:
      return STATUS_INVALID_PLAN;
  }
}
`,
);

/** Table and kernels have the same names, and no two samplers the same place. */
function checkKernels() {
  const kernels = readdirSync("assembly/samplers").map((file) => file.replace(/\.ts$/, ""));
  const places = samplerNames.map((name) => samplers[name].place);
  const faults = [
    ...samplerNames.filter((name) => !kernels.includes(name)).map((name) => `assembly/samplers/${name}.ts is missing`),
    ...kernels.filter((name) => !samplerNames.includes(name)).map((name) => `${name} is not in src/samplers/index.ts`),
    ...samplerNames.filter((name, i) => places[i] === places[i - 1]).map((name) => `${name} has the place of another`),
  ];
  if (faults.length === 0) return;
  console.error(faults.join("\n"));
  process.exit(1);
}
