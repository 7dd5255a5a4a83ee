// Compiles assembly/ twice (SIMD and its scalar twin) and writes the bytes as base64 modules into src/generated, so that
// the package works in Node, in bundlers and in browsers without fetching a file.
import { mkdirSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

const variants = [
  { name: "simd", features: ["simd"] },
  { name: "scalar", features: [] },
];
mkdirSync("src/generated", { recursive: true });
for (const { name, features } of variants) {
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
  writeFileSync(
    `src/generated/${name}.ts`,
    `/** Built from assembly/ by scripts/build-kernels.mjs. */\nexport const ${name}Base64: string =\n  "${Buffer.from(bytes).toString("base64")}";\n`,
  );
  console.error(`kernels ${name}: ${bytes.length} bytes`);
}
