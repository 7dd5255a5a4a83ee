// Compiles assembly/ twice (SIMD and its scalar twin) and writes the bytes, deflated and in base64, as modules into
// src/generated, so that the package works in Node, in bundlers and in browsers without fetching a file; the SIMD build also
// as a file, for edge runtimes that take a compiled module only. Names of builds as arguments: these only.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { deflateAsync } from "@gfx/zopfli";
import asc from "assemblyscript/asc";

const featuresOf = { simd: ["simd", "threads"], scalar: ["threads"] };
/** For size only: functions of one folder stand together, and locals are numbered anew, the most used ones first. 4 % less when
 *  deflated. */
const lastPasses = ["coalesce-locals", "reorder-functions-by-name", "reorder-locals"];
/** Functions that the optimizer would copy to each place that calls them: 7 % less, and no row is slower by more than 3 %. */
const keptFunctions = [
  "blocks/closedBlocks/closeAll",
  "blocks/closedBlocks/openClosed",
  "blocks/closedBlocks/readClosed",
  "blocks/closedBlocks/widenedBlock",
  "draw/blockDraw/find",
  "draw/blockDraw/sumTotal",
  "draw/typicalDraw/massBetween",
  "draw/uniforms/coin",
  "entry/drawToken/writeToken",
  "list/list/keepAbove",
  "list/list/keepAtLeast",
  "list/list/keepRange",
  "list/list/leastKey",
  "list/list/listMax",
  "list/list/setListed",
  "list/weights/keepHeavy",
  "numbers/floats/floatBelow",
  "numbers/floats/roundedDown",
  "numbers/floats/toFinite",
  "row/massF32/forgetMass",
  "row/row/listAll",
  "row/row/loadRow",
  "row/row/logitAt",
  "row/row/raiseFloor",
  "row/row/settleEdits",
  "row/row/startEdits",
  "row/row/useCopy",
  "row/scan/refreshMax",
  "samplers/adaptiveP/targetOf",
  "sparse/rest/narrowRest",
  "sums/bracketWeights/weightScale",
  "sums/denseCut/canCutDense",
].map((name) => `assembly/${name}`);

/** Tells the optimizer of `asc` what it is not to inline. */
class KeepFunctions {
  afterCompile(module) {
    for (const name of keptFunctions) {
      if (!module.getFunction(name)) throw new Error(`build-kernels.mjs: no function ${name}`);
      this.binaryen.setPassArgument("no-inline", name);
      module.runPasses(["no-inline"]);
    }
  }
}

const asked = process.argv.slice(2);
if (asked.length === 1) await build(asked[0]);
else await Promise.all((asked.length > 0 ? asked : Object.keys(featuresOf)).map(buildApart));

/** In a process of its own: a build keeps one core busy. */
async function buildApart(name) {
  const { stderr } = await promisify(execFile)(process.execPath, [import.meta.filename, name]);
  process.stderr.write(stderr);
}

async function build(name) {
  const bytes = await compile(featuresOf[name]);
  for (const folder of ["src/generated", "dist/kernels"]) mkdirSync(folder, { recursive: true });
  // 4 % smaller than zlib's best
  const packed = Buffer.from(await deflateAsync(bytes, {})).toString("base64");
  const head = "/** Built from assembly/ by scripts/build-kernels.mjs: deflated, in base64. */";
  writeFileSync(`src/generated/${name}.ts`, `${head}\nexport const ${name}Kernels: string =\n  "${packed}";\n`);
  if (name === "simd") writeFileSync("dist/kernels/simd.wasm", bytes);
  console.error(`kernels ${name}: ${bytes.length} bytes, deflated ${Buffer.byteLength(packed, "base64")}`);
}

async function compile(features) {
  const output = new Map();
  let messages = "";
  const stderr = { write: (text) => void (messages += text) };
  const { error } = await asc.main(
    [
      ...["assembly/entry/index.ts", "--outFile", "kernels.wasm"],
      ...features.flatMap((feature) => ["--enable", feature]),
      ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
      ...["--runtime", "stub", "-O3", "--noAssert", "--uncheckedBehavior", "always"],
      ...["--runPasses", lastPasses.join(",")],
    ],
    { stderr, writeFile: (file, contents) => void output.set(file, contents), transforms: [KeepFunctions] },
  );
  const bytes = output.get("kernels.wasm");
  if (!error && bytes) return bytes;
  console.error(messages, error?.message ?? "");
  process.exit(1);
}
