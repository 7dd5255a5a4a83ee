/** What `tokenmill sample` does with its flags. */
import { plainLines } from "@tokenmill/check";
import { type ExitCode, exitCodes, Interrupt, Output, type TextSourceFlags, UsageError } from "@tokenmill/cli";
import { drawSeed, type GrammarProvider } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import {
  compileForm,
  grammarFlagIn,
  type GrammarFlags,
  grammarProviderFor,
  readGrammarFlags,
} from "../flags/grammarFlags.ts";
import { readSamplingParams } from "../flags/paramsFile.ts";
import { checkParams, roomFor } from "../flags/samplingFlags.ts";
import type { StageFlag } from "../flags/stageFlag.ts";
import { warnOfUnused } from "../flags/unusedParams.ts";
import { noId, readRowIds } from "./rowIds.ts";
import { sampleLine } from "./sampleLine.ts";
import { openSampledRows, type SampledRows } from "./sampledRows.ts";
import { sampleRows } from "./sampleRows.ts";
import { SampleSummary } from "./sampleSummary.ts";

export interface SampleFlags extends GrammarFlags, TextSourceFlags {
  readonly logits?: string;
  readonly prompt?: string;
  readonly ids?: string;
  readonly vocabSize?: number;
  readonly draws: number;
  readonly workers?: number;
  readonly slots?: number;
  readonly rowTimeout: number;
  readonly json?: true;
  readonly output?: string;
  readonly params?: string;
  readonly stage?: StageFlag;
}

/** Draws that a terminal shows unless `--json` asks for all. */
const shownDraws = 10;

/** @throws UsageError for flags and params that make no sense, NpyError or the file system's error for files. */
export async function runSample(flags: SampleFlags): Promise<ExitCode> {
  const { stage = {} } = flags;
  const { seed: givenSeed, ...given } = await readSamplingParams(flags);
  const seed = drawSeed(givenSeed);
  const params = { logprobs: 0, ...given };
  const rows = await openSampledRows(flags);
  const interrupt = new Interrupt();
  let grammar: GrammarProvider | undefined;
  try {
    const { rowLength: vocabSize, rowCount, dtype } = rows;
    if (flags.vocabSize !== undefined && flags.vocabSize !== vocabSize) {
      throw new UsageError(`"vocabSize" expected ${flags.vocabSize}, got rows of ${vocabSize}`);
    }
    const room = roomFor(params, vocabSize);
    checkParams(params, vocabSize, room, stage);
    warnOfUnused(params);
    const ids = flags.ids === undefined ? undefined : await readRowIds(flags.ids, rowCount, vocabSize);
    const { promptTokenIds } = rows;
    const promptId = { ...noId, history: promptTokenIds, promptLength: promptTokenIds.length };
    const form = await readGrammarFlags(flags);
    grammar = await grammarFor(flags, rows);
    const compiled = await compileForm(grammar, form);
    const output = await openOutput(flags);
    const { workers, slots } = flags;
    const pool = await createPool({
      vocabSize,
      dtype,
      ...room,
      customStages: stage,
      ...(grammar && { maskFiller: grammar.maskFiller }),
      rowTimeoutMs: flags.rowTimeout * 1000,
      ...(workers !== undefined && { workers }),
      ...(slots !== undefined && { slots }),
    });
    try {
      const summary = new SampleSummary();
      const signal = AbortSignal.any([interrupt.signal, output.stream.failed]);
      const all = sampleRows({
        pool,
        plan: pool.compile(params),
        rows,
        idOf: (row) => ids?.[row] ?? promptId,
        seed,
        draws: flags.draws,
        image: compiled?.image,
      });
      let shown = 0;
      for await (const drawn of all) {
        summary.add(drawn);
        if (output.isWhole || shown++ < shownDraws) {
          await output.stream.write(sampleLine(drawn, flags.draws, params, rows.tokenizer));
        }
        if (signal.aborted) break;
      }
      if (shown > shownDraws) await output.stream.write("… (all of them with --json or --output)\n");
      await output.stream.end();
      if (!output.stream.isBrokenPipe) {
        process.stderr.write(plainLines(summary.text({ rowCount, vocabSize, dtype, workers: pool.workers, seed })));
      }
      return interrupt.exitCode ?? (summary.failed > 0 ? exitCodes.failed : exitCodes.done);
    } finally {
      await pool.close();
    }
  } finally {
    interrupt.dispose();
    await grammar?.close();
    await rows.close();
  }
}

/** @throws UsageError for rows of another vocabulary */
async function grammarFor(flags: SampleFlags, rows: SampledRows): Promise<GrammarProvider | undefined> {
  const flag = grammarFlagIn(flags);
  return flag === undefined ? undefined : grammarProviderFor(await rows.formTokenizer(flag), rows.rowLength, flag);
}

/** Whether all draws go there, or as many as a person reads. */
async function openOutput(flags: SampleFlags): Promise<{ stream: Output; isWhole: boolean }> {
  const { output, json, logits, ids, params } = flags;
  if (output !== undefined && json) throw new UsageError("--json and --output exclude each other");
  if (output !== undefined) {
    const stream = await Output.file(output, { "--logits": logits, "--ids": ids, "--params": params });
    return { stream, isWhole: true };
  }
  return { stream: Output.stdout(), isWhole: json === true || !process.stdout.isTTY };
}
