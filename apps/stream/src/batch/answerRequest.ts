/** One line of a batch, answered. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { messageOf } from "@tokenmill/check";
import { answerLine, errorLine, LineError, readRequest, resultId } from "./batchLine.ts";
import type { Answer, BatchClient } from "./client.ts";
import type { BatchCounts } from "./progress.ts";

export interface BatchContext {
  readonly client: BatchClient;
  readonly counts: BatchCounts;
  /** Of requests without one, with their number. */
  readonly seed: number | bigint;
  /** Time that answers say they were made: that of the input, so that results follow from it. */
  readonly createdSeconds: number;
  /** 0 … 1. */
  readonly verifiedShare: number;
  readonly signal: AbortSignal;
}

export interface NumberedLine {
  readonly number: number;
  readonly line: { text(): string };
}

/** The line of its result; undefined: the batch was stopped. */
export async function answerRequest(
  context: BatchContext,
  { number, line }: NumberedLine,
): Promise<string | undefined> {
  const { client, counts, seed, signal } = context;
  if (signal.aborted) return undefined;
  let text = "";
  try {
    text = line.text();
    const request = readRequest(text, number, seed);
    const id = resultId(text, number);
    const answer = determined(context, id, await client.post(request.path, request.body, signal));
    if (isVerified(context, id)) {
      counts.verified++;
      const again = determined(context, id, await client.post(request.path, request.body, signal));
      if (!isDeepStrictEqual(answer, again)) counts.differing++;
    }
    const { completion_tokens: tokens = 0 } = (answer.body["usage"] ?? {}) as { completion_tokens?: number };
    counts.tokens += tokens;
    if (answer.status !== 200) counts.failed++;
    return answerLine(id, request.customId, answer.status, answer.body);
  } catch (error) {
    if (signal.aborted) return undefined;
    counts.failed++;
    const customId = error instanceof LineError ? error.customId : null;
    const code = error instanceof LineError || text === "" ? "invalid_request" : "server_error";
    return errorLine(resultId(text, number), customId, code, messageOf(error));
  }
}

/** Without what differs from one run to the next. */
function determined({ createdSeconds }: BatchContext, id: string, { status, body }: Answer): Answer {
  if (typeof body["id"] !== "string") return { status, body };
  const prefix = body["id"].split("-")[0];
  return { status, body: { ...body, id: `${prefix}-${id}`, created: createdSeconds } };
}

/** Which requests are answered twice follows from the line. */
function isVerified({ verifiedShare }: BatchContext, id: string): boolean {
  if (verifiedShare === 0) return false;
  return createHash("sha256").update(id).digest().readUInt32LE() / 2 ** 32 < verifiedShare;
}
