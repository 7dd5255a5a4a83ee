// Compiles assembly/ twice (SIMD and its scalar twin) and writes the bytes, deflated and in base64, as modules into
// src/generated, so that the package works in Node, in bundlers and in browsers without fetching a file; the SIMD build also
// as a file, for edge runtimes that take a compiled module only.
import { deflateRawSync } from "node:zlib";
import { mkdirSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

const variants = [
  { name: "simd", features: ["simd"] },
  { name: "scalar", features: [] },
];
for (const folder of ["src/generated", "dist/kernels"]) mkdirSync(folder, { recursive: true });
/** Names of builds as arguments: these only. */
const asked = process.argv.slice(2);
for (const { name, features } of variants.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const output = new Map();
  let messages = "";
  const stderr = { write: (text) => void (messages += text) };
  const { error } = await asc.main(
    [
      "assembly/entry/index.ts",
      "--outFile",
      "kernels.wasm",
      ...features.flatMap((feature) => ["--enable", feature]),
      ...[
        "--enable",
        "threads",
        "--importMemory",
        "--sharedMemory",
        "--initialMemory",
        "1",
        "--maximumMemory",
        "65536",
      ],
      ...["--runtime", "stub", "-O3", "--noAssert", "--uncheckedBehavior", "always", "--converge"],
    ],
    { stderr, writeFile: (file, contents) => void output.set(file, contents) },
  );
  const bytes = output.get("kernels.wasm");
  if (error || !bytes) {
    console.error(messages, error?.message ?? "");
    process.exit(1);
  }
  const packed = deflateRawSync(bytes, { level: 9 }).toString("base64");
  const head = "/** Built from assembly/ by scripts/build-kernels.mjs: deflated, in base64. */";
  writeFileSync(`src/generated/${name}.ts`, `${head}\nexport const ${name}Kernels: string =\n  "${packed}";\n`);
  if (name === "simd") writeFileSync("dist/kernels/simd.wasm", bytes);
  console.error(`kernels ${name}: ${bytes.length} bytes`);
}
