/** Runs a job on an open engine: outputs, display, summary, exit code. */
import { plainLines } from "@tokenmill/check";
import { type ExitCode, exitCodes, type Interrupt, type Output, printJson } from "@tokenmill/cli";
import { unusedParams } from "@tokenmill/core/internal";
import type { Engine } from "@tokenmill/engine";
import { createEncoder } from "../sinks/encoder.ts";
import { createDisplay } from "./display.ts";
import type { Job } from "./job.ts";
import { requestItems } from "./requestItems.ts";
import { RunCounter } from "./runSummary.ts";
import { runRequests } from "./runRequests.ts";
import type { StreamFlags } from "./streamFlags.ts";
import { summaryText } from "./summaryText.ts";
import { WireOutput } from "./wireOutput.ts";

export interface RunJobOptions {
  readonly flags: StreamFlags;
  readonly job: Job;
  readonly engine: Engine;
  readonly workers: number;
  /** Undefined: results are not wanted. */
  readonly output: Output | undefined;
  readonly interrupt: Interrupt;
}

export async function runJob({ flags, job, engine, workers, output, interrupt }: RunJobOptions): Promise<ExitCode> {
  const format = flags.format ?? (flags.output === undefined ? "text" : "ndjson");
  const counter = new RunCounter();
  const display = createDisplay({
    output,
    isText: format === "text",
    counter,
    workers,
    show: job.show,
    unused: unusedParams(job.defaults),
  });
  const observers = [counter, ...display.observers];
  if (output && format !== "text")
    observers.push(new WireOutput((chunk) => output.write(chunk), createEncoder(format)));
  const summarize = async (): Promise<void> => {
    display.end();
    if (output?.isBrokenPipe) return;
    const { seed, source } = engine;
    const { takenBack } = engine.stats();
    const summary = counter.summary({ seed, source: source.name, vocabSize: source.vocabSize, workers, takenBack });
    process.stderr.write(plainLines(summaryText(summary)));
    if (flags.json) await printJson(summary);
  };
  try {
    await runRequests({
      engine,
      items: requestItems(job.inputs, job.defaults, job.count),
      concurrency: flags.concurrency,
      observers,
      signal: output ? AbortSignal.any([interrupt.signal, output.failed]) : interrupt.signal,
    });
    await output?.end();
  } finally {
    await summarize();
  }
  return interrupt.exitCode ?? (counter.failures > 0 ? exitCodes.failed : exitCodes.done);
}
