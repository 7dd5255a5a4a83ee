/** `tokenmill stream`: from flags to a run, and everything closed behind it. */
import type { LogitsSource, SamplingParams } from "@tokenmill/core";
import { createEngine } from "@tokenmill/engine";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import type { ExitCode } from "../cli/exitCodes.ts";
import { Interrupt } from "../cli/interrupt.ts";
import { Output } from "../cli/output.ts";
import { readSamplingParams } from "../flags/paramsFile.ts";
import { checkParams } from "../flags/samplingFlags.ts";
import { warnOfUnused } from "../flags/unusedParams.ts";
import { openSource, poolWorkers } from "../source/openSource.ts";
import { checkSourceFlags } from "../source/sourceFlags.ts";
import { openInputs } from "./inputs.ts";
import { jobOf } from "./job.ts";
import { runJob } from "./runJob.ts";
import type { StreamFlags } from "./streamFlags.ts";

export async function runStream(flags: StreamFlags): Promise<ExitCode> {
  checkSourceFlags(flags);
  const { seed, ...params } = await readSamplingParams(flags);
  const interrupt = new Interrupt();
  let source: LogitsSource | undefined;
  try {
    const inputs = await openInputs(flags, interrupt.signal);
    const output = await openOutput(flags);
    source = await interrupt.unlessStopped(openSource(flags));
    const pool = await openPool(flags, source, params);
    try {
      const engine = await createEngine({ source, pool, ...(seed !== undefined && { seed }) });
      const job = jobOf(flags, inputs, params, source);
      const exitCode = await runJob({ flags, job, engine, workers: pool.workers, output, interrupt });
      await engine.close();
      return exitCode;
    } finally {
      await pool.close();
    }
  } finally {
    await source?.close?.();
    interrupt.dispose();
  }
}

async function openOutput({ output, json }: StreamFlags): Promise<Output | undefined> {
  if (output !== undefined) return Output.file(output);
  return json ? undefined : Output.stdout();
}

function openPool(flags: StreamFlags, source: LogitsSource, params: SamplingParams): Promise<SamplerPool> {
  const { workers = poolWorkers(flags), slots, promptLogprobs = 0, stage = {} } = flags;
  const maxLogprobs = Math.max(20, params.logprobs ?? 0, promptLogprobs);
  checkParams(params, source.vocabSize, maxLogprobs, stage);
  warnOfUnused(params);
  return createPool({
    source,
    maxLogprobs,
    customStages: stage,
    rowTimeoutMs: flags.rowTimeout * 1000,
    ...(workers !== undefined && { workers }),
    ...(slots !== undefined && { slots }),
  });
}
