/** `tokenmill stream`: from flags to a run, and everything closed behind it. */
import { checkSourceFlags, type ExitCode, Interrupt, openSource, Output, UsageError } from "@tokenmill/cli";
import type { GrammarProvider, LogitsSource, SamplingParams } from "@tokenmill/core";
import { createEngine } from "@tokenmill/engine";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";
import {
  compileForm,
  compilePatterns,
  grammarFlagIn,
  grammarProviderFor,
  readGrammarFlags,
} from "../flags/grammarFlags.ts";
import { readSamplingParams } from "../flags/paramsFile.ts";
import { checkParams, roomFor } from "../flags/samplingFlags.ts";
import { warnOfUnused } from "../flags/unusedParams.ts";
import { openInputs } from "./inputs.ts";
import { jobOf } from "./job.ts";
import { runJob } from "./runJob.ts";
import type { StreamFlags } from "./streamFlags.ts";

export async function runStream(flags: StreamFlags): Promise<ExitCode> {
  checkSourceFlags(flags);
  const { seed, ...params } = await readSamplingParams(flags);
  const form = await readGrammarFlags(flags);
  const interrupt = new Interrupt();
  let source: LogitsSource | undefined;
  try {
    const inputs = await openInputs(flags, interrupt.signal);
    const output = await openOutput(flags);
    source = await interrupt.unlessStopped(openSource(flags));
    const grammar = grammarFor(flags, source);
    try {
      const compiled = await interrupt.unlessStopped(compileForm(grammar, form));
      await interrupt.unlessStopped(compilePatterns(grammar, flags));
      const pool = await openPool(flags, source, params, grammar);
      try {
        const engine = await createEngine({
          source,
          pool,
          ...(seed !== undefined && { seed }),
          ...(grammar && { grammar }),
        });
        const job = jobOf(flags, inputs, { ...params, ...form }, source);
        const exitCode = await runJob({ flags, job, engine, workers: pool.workers, output, interrupt });
        await engine.close();
        compiled?.release();
        return exitCode;
      } finally {
        await pool.close();
      }
    } finally {
      await grammar?.close();
    }
  } finally {
    await source?.close?.();
    interrupt.dispose();
  }
}

/** @throws UsageError for a form of events that go nowhere */
async function openOutput(flags: StreamFlags): Promise<Output | undefined> {
  const { output, json, format } = flags;
  if (output !== undefined) return Output.file(output, { "--prompts": flags.prompts, "--params": flags.params });
  if (json && format !== undefined) throw new UsageError("--format has an effect beside --json with --output only");
  return json ? undefined : Output.stdout();
}

/** Who follows forms and compiles expressions: where a flag asks for it, or lines of requests may. @throws UsageError */
function grammarFor(flags: StreamFlags, { tokenizer, vocabSize }: LogitsSource): GrammarProvider | undefined {
  const flag = grammarFlagIn(flags) ?? patternFlagIn(flags);
  if (flag !== undefined) return grammarProviderFor(tokenizer, vocabSize, flag);
  const mayAsk = flags.prompts !== undefined && flags.promptsFormat !== "text" && tokenizer?.eosTokenId !== undefined;
  return mayAsk ? grammarProviderFor(tokenizer, vocabSize, "--prompts") : undefined;
}

function patternFlagIn({ stopRegex, bannedRegex, bannedRegexIgnoreCase }: StreamFlags): string | undefined {
  if (stopRegex) return "--stop-regex";
  if (bannedRegex) return "--banned-regex";
  return bannedRegexIgnoreCase && "--banned-regex-ignore-case";
}

function openPool(
  flags: StreamFlags,
  source: LogitsSource,
  params: SamplingParams,
  grammar: GrammarProvider | undefined,
): Promise<SamplerPool> {
  const { workers, slots, promptLogprobs = 0, stage = {} } = flags;
  const needed = roomFor(params, source.vocabSize);
  const room = { ...needed, maxLogprobs: Math.max(needed.maxLogprobs, promptLogprobs) };
  checkParams(params, source.vocabSize, room, stage);
  warnOfUnused(params);
  return createPool({
    source,
    ...room,
    customStages: stage,
    ...(grammar && { maskFiller: grammar.maskFiller }),
    rowTimeoutMs: flags.rowTimeout * 1000,
    ...(workers !== undefined && { workers }),
    ...(slots !== undefined && { slots }),
  });
}
