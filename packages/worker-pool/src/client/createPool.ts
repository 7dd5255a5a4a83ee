/** Lays out the shared memory, starts the workers, and waits for them. */
import { compileKernels, createMemory, instantiateKernels, negativeInfinity } from "@tokenmill/core/internal";
import { MaskImages } from "../rows/maskImages.ts";
import { type CompleteOptions, completeOptions } from "./options.ts";
import { Pool } from "./pool.ts";
import { RowRunner, type RunnerSetup } from "../rows/rowRunner.ts";
import { layOutSlab, type Slab } from "../memory/slab.ts";
import type { PoolOptions, SamplerPool } from "../types.ts";

/**
 * Starts a pool; resolves when every worker is ready.
 * @throws TypeError, RangeError for bad options; Error if the workers cannot start (a source module that does not load).
 */
export async function createPool(options: PoolOptions = {}): Promise<SamplerPool> {
  const complete = completeOptions(options);
  const module = await compileKernels(complete.variant);
  const probe = await instantiateKernels(module, createMemory(65536));
  const workerSource = complete.source?.kind === "worker" ? complete.source : undefined;
  const { customStages, maskFiller } = complete;
  const slab = layOutSlab({
    vocabSize: complete.vocabSize,
    dtype: complete.dtype,
    slotCount: complete.slots,
    maxLogprobs: complete.maxLogprobs,
    maxLogprobTokenIds: complete.maxLogprobTokenIds,
    maxSamplingMask: complete.maxSamplingMask,
    workers: complete.workers,
    workspaceBytes: probe.workspace_bytes(complete.vocabSize),
    hasCustomStages: Object.keys(customStages).length > 0,
    tablesBytes: workerSource?.tablesBytes ?? 0,
    arenaBytes: complete.arenaBytes,
  });
  const memory = createMemory(slab.totalBytes);
  padRows(slab, memory);
  workerSource?.installTables?.(memory, slab.tables);
  const setup: RunnerSetup = { module, memory, shape: slab, customStages, source: workerSource?.worker, maskFiller };
  const images = maskFiller && new MaskImages();
  const imageOf = images && ((number: number) => images.imageOf(number));
  const runner = await RowRunner.create(hostSetup(setup, complete), slab.workers, imageOf);
  const pool = new Pool({ slab, memory, options: complete, runner, setup, images });
  await pool.ready();
  return pool;
}

/** Where there are workers, the calling thread does not even load code that is not ours. */
function hostSetup(setup: RunnerSetup, { workers }: CompleteOptions): RunnerSetup {
  if (workers === 0) return setup;
  return {
    ...setup,
    customStages: {},
    maskFiller: undefined,
    source: setup.source?.runsInline ? setup.source : undefined,
  };
}

/** Fills all rows with −Infinity once; writers fill the first `vocabSize` elements, the padding stays. */
function padRows(slab: Slab, memory: WebAssembly.Memory): void {
  const ViewType = slab.dtype === "f32" ? Float32Array : Uint16Array;
  for (let slot = 0; slot < slab.slotCount; slot++) {
    const row = new ViewType(memory.buffer, slab.rows + slot * slab.rowBytes, slab.paddedLength);
    row.fill(negativeInfinity[slab.dtype], slab.vocabSize);
  }
}
