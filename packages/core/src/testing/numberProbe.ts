/** The numbers of the kernels, on a small memory of their own. */
import { createMemory, type KernelVariant } from "../instantiate.ts";
import { compileProbe } from "./compileProbe.ts";

export interface NumberProbe {
  /** One block of Philox4x32-10 from six words, counter and key. */
  philox4x32(words: number, out: number): void;
  uniform_f64(high: number, low: number): number;
  exp_f64(x: number): number;
  exp2_f32(x: number): number;
  log_f64(x: number): number;
}

export async function createNumbers(
  variant: KernelVariant,
): Promise<{ numbers: NumberProbe; memory: WebAssembly.Memory }> {
  const memory = createMemory(65536);
  return { numbers: await compileProbe("numbers", variant, memory), memory };
}
