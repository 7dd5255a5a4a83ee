/** Building blocks of the kernels that they do not export, for the tests that judge them. */
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";
import type { KernelVariant } from "../instantiate.ts";

const core = join(import.meta.dirname, "../..");
const entry = "probe.ts";

/** The exports of a source of AssemblyScript that imports from `./assembly/`, on that memory. */
export async function compileProbe<T>(source: string, variant: KernelVariant, memory: WebAssembly.Memory): Promise<T> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  let messages = "";
  const { error } = await asc.main(
    [
      ...[entry, "--outFile", "probe.wasm", "--enable", "threads", ...(variant === "simd" ? ["--enable", "simd"] : [])],
      ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
      ...["--runtime", "stub", "--noAssert", "--uncheckedBehavior", "always"],
    ],
    {
      stderr: { write: (text) => void (messages += text) },
      readFile: (name) => (name === entry ? source : readFile(join(core, name), "utf8").catch(() => null)),
      writeFile: (_name, contents) => void (bytes = contents as Uint8Array<ArrayBuffer>),
    },
  );
  if (error || !bytes) throw new Error(`asc expected to compile the probe, got ${messages || error?.message}`);
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(bytes), { env: { memory } });
  return exports as T;
}
