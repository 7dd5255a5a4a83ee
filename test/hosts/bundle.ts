/** The cases as one module that any host runs; for edge hosts with the kernels as a module beside it. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const vectors = join(import.meta.dirname, "../conformance/vectors");

function recordedRows(): string {
  const files = readdirSync(vectors).filter((name) => name.endsWith(".json"));
  const entries = files.map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(vectors, name), "utf8"))]);
  return JSON.stringify(Object.fromEntries(entries));
}

/** What a bundler of edge functions does with an imported `.wasm`: it stays a file that the host makes a module of. */
const wasmStays: Plugin = {
  name: "wasm-stays",
  enforce: "pre",
  resolveId: (id) => (id.endsWith(".wasm") ? { id: "./simd.wasm", external: true } : null),
};

/** Writes `cases.js` (and `simd.wasm` for "workerd") into the directory. */
export async function bundleCases(directory: string, host: "any" | "workerd" = "any"): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await build({
    configFile: false,
    logLevel: "error",
    root: import.meta.dirname,
    define: { recordedRows: recordedRows() },
    resolve: host === "workerd" ? { conditions: ["workerd"] } : {},
    plugins: host === "workerd" ? [wasmStays] : [],
    build: {
      outDir: directory,
      emptyOutDir: false,
      minify: false,
      target: "es2022",
      lib: { entry: "cases/digest.ts", formats: ["es"], fileName: () => "cases.js" },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  if (host === "workerd") {
    copyFileSync(fileURLToPath(import.meta.resolve("@tokenmill/core/kernels.wasm")), join(directory, "simd.wasm"));
  }
}
