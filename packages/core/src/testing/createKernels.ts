/** The kernels' building blocks one by one, on a small memory of their own. */
import { compileKernels, createMemory, instantiateKernels, type KernelVariant } from "../instantiate.ts";
import type { Kernels } from "../kernels.ts";

export interface KernelInstance {
  kernels: Kernels;
  memory: WebAssembly.Memory;
}

export const variants: readonly KernelVariant[] = ["scalar", "simd"];

export async function createKernels(variant?: KernelVariant): Promise<KernelInstance> {
  const memory = createMemory(65536);
  return { kernels: await instantiateKernels(await compileKernels(variant), memory), memory };
}
