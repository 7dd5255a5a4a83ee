/** Compiles the kernels once per process and instantiates them on a memory. */
import { checkName } from "@tokenmill/check";
import { givenModule } from "#givenModule";
import { type Kernels, kernelArities } from "./kernels.ts";

/** The SIMD build and its scalar twin give the same bits. */
export type KernelVariant = "simd" | "scalar";
export const kernelVariants: readonly KernelVariant[] = ["simd", "scalar"];

const compiled = new Map<KernelVariant, Promise<WebAssembly.Module>>();

/** A module with one function that returns a vector. */
const vectorProbe = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 22, 1, 20, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11],
];

/** `simd` where the engine supports it. */
export function bestVariant(): KernelVariant {
  return WebAssembly.validate(Uint8Array.from(vectorProbe)) ? "simd" : "scalar";
}

/** The compiled module; can be posted to workers. */
export function compileKernels(variant: KernelVariant = bestVariant()): Promise<WebAssembly.Module> {
  checkName("variant", variant, kernelVariants);
  let module = compiled.get(variant);
  if (!module) {
    module = compile(variant);
    compiled.set(variant, module);
    // One that failed (for want of memory, say) is compiled anew at the next use.
    module.catch(() => compiled.delete(variant));
  }
  return module;
}

async function compile(variant: KernelVariant): Promise<WebAssembly.Module> {
  // Edge runtimes compile nothing: the host gives the module.
  if (givenModule && variant === "simd") return givenModule;
  // One build is loaded, the other is for other hosts.
  const packed =
    variant === "simd"
      ? (await import("./generated/simd.ts")).simdKernels
      : (await import("./generated/scalar.ts")).scalarKernels;
  return WebAssembly.compile(await inflate(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0))));
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
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
  const expected = Object.entries(kernelArities).map(([name, arity]) => `${name}/${arity}`);
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
