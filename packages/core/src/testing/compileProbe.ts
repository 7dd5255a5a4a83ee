/** Building blocks of the kernels, which export none of them: `assembly/probes` does, for the tests that judge them. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KernelVariant } from "../instantiate.ts";

const core = join(import.meta.dirname, "../..");
const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The exports of a file of `assembly/probes` on that memory. */
export async function compileProbe<T>(name: string, variant: KernelVariant, memory: WebAssembly.Memory): Promise<T> {
  const key = `${name} ${variant}`;
  if (!modules.has(key)) modules.set(key, compile(name, variant));
  const { exports } = await WebAssembly.instantiate(await modules.get(key)!, { env: { memory } });
  return exports as T;
}

/** In a process of its own: the compiler's types would change those of arrays everywhere. */
async function compile(name: string, variant: KernelVariant): Promise<WebAssembly.Module> {
  const folder = mkdtempSync(join(tmpdir(), "tokenmill-probe-"));
  try {
    const file = join(folder, "probe.wasm");
    const asc = join(core, "node_modules/assemblyscript/bin/asc.js");
    const features = variant === "simd" ? ["simd", "threads"] : ["threads"];
    const args = [
      ...[asc, `assembly/probes/${name}.ts`, "--outFile", file],
      ...features.flatMap((feature) => ["--enable", feature]),
      ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
      ...["--runtime", "stub", "--noAssert", "--uncheckedBehavior", "always"],
    ];
    await promisify(execFile)(process.execPath, args, { cwd: core });
    return await WebAssembly.compile(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
