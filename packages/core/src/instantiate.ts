/** Compiles the kernels once per process and instantiates them on a memory. */
import { checkName } from "@tokenmill/check";
import { scalarBase64 } from "./generated/scalar.ts";
import { simdBase64 } from "./generated/simd.ts";
import { type Kernels, kernelTable } from "./kernels.ts";

/** The SIMD build and its scalar twin give the same bits. */
export type KernelVariant = "simd" | "scalar";
export const kernelVariants: readonly KernelVariant[] = ["simd", "scalar"];

const compiled = new Map<KernelVariant, Promise<WebAssembly.Module>>();

function bytesOf(variant: KernelVariant): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(variant === "simd" ? simdBase64 : scalarBase64), (c) => c.charCodeAt(0));
}

/** `simd` where the engine supports it. */
export function bestVariant(): KernelVariant {
  return WebAssembly.validate(bytesOf("simd")) ? "simd" : "scalar";
}

/** The compiled module; can be posted to workers. */
export function compileKernels(variant: KernelVariant = bestVariant()): Promise<WebAssembly.Module> {
  checkName("variant", variant, kernelVariants);
  let module = compiled.get(variant);
  if (!module) {
    module = WebAssembly.compile(bytesOf(variant));
    compiled.set(variant, module);
    // One that failed (for want of memory, say) is compiled anew at the next use.
    module.catch(() => compiled.delete(variant));
  }
  return module;
}

/**
 * One instance on a shared memory. Keep it: instances that come and go under threads have crashed V8.
 * @throws Error if the module's exports are not those of the kernel table.
 */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const actual = Object.entries(exports).flatMap(([name, f]) =>
    typeof f === "function" ? [`${name}/${f.length}`] : [],
  );
  const expected = Object.entries(kernelTable).map(([name, { arity }]) => `${name}/${arity}`);
  const wrong = [...actual, ...expected].filter((name) => !actual.includes(name) || !expected.includes(name));
  if (wrong.length > 0) throw new Error(`kernels do not match their table: ${wrong.join(", ")}`);
  return exports as unknown as Kernels;
}

/** Shared memory of `bytes`, rounded up to pages; it never grows, so views stay valid. @throws RangeError */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65536);
  if (pages > 65536) throw new RangeError(`the memory expected at most 4 GiB, got ${bytes} bytes: use fewer slots`);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
