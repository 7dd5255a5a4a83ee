/** One request in flight: takes the times of what its target tells, and records them. */
import type { Limit } from "../measure/limit.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { PlannedRequest } from "../schedule/planRequests.ts";
import type { Call, Sent } from "../targets/target/target.ts";

/** What all requests of a run share. */
export interface RunContext {
  readonly recorder: Recorder;
  /** `performance.now()` at the start. */
  readonly startMs: number;
  /** The measured window, in ms from the start. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Latency limits that a good request keeps. */
  readonly limits: readonly Limit[];
  readonly keepSamples: boolean;
  readonly settingNames: readonly string[];
  onEnd(request: RunningRequest): void;
}

export class RunningRequest implements Call {
  readonly plan: PlannedRequest;
  sent: Sent | undefined;
  cancelTimer: NodeJS.Timeout | undefined;
  readonly #run: RunContext;
  readonly #dueMs: number;
  readonly #sentMs: number;
  readonly #isMeasured: boolean;
  #firstMs: number | undefined;
  #lastMs = 0;
  #tokens = 0;
  #reportedTokens = 0;
  #longestGapMs = 0;
  readonly #gapsMs: number[] = [];

  /** Times in ms from the start. */
  constructor(run: RunContext, plan: PlannedRequest, dueMs: number, sentMs: number) {
    this.#run = run;
    this.plan = plan;
    this.#dueMs = dueMs;
    this.#sentMs = sentMs;
    this.#isMeasured = dueMs >= run.fromMs && dueMs < run.toMs;
    run.recorder.sliceAt(sentMs).started++;
    if (!this.#isMeasured) return;
    run.recorder.counts.due++;
    run.recorder.setting(this.#settingName).counts.due++;
    run.recorder.histograms.sendDelay.record(sentMs - dueMs);
  }

  tokens(count: number): void {
    const nowMs = this.#now();
    const { recorder } = this.#run;
    const slice = recorder.sliceAt(nowMs);
    if (this.#firstMs === undefined) {
      this.#firstMs = nowMs;
      slice.histograms.ttft.record(nowMs - this.#dueMs);
      if (this.#isMeasured) {
        recorder.histograms.ttft.record(nowMs - this.#dueMs);
        recorder.histograms.ttftService.record(nowMs - this.#sentMs);
      }
    } else {
      const gapMs = nowMs - this.#lastMs;
      slice.histograms.itl.record(gapMs);
      if (this.#isMeasured) recorder.histograms.itl.record(gapMs);
      if (gapMs > this.#longestGapMs) this.#longestGapMs = gapMs;
      if (this.#run.keepSamples) this.#gapsMs.push(gapMs);
    }
    this.#lastMs = nowMs;
    this.#count(count, nowMs);
  }

  rows(count: number): void {
    this.#count(count, this.#now());
  }

  total(tokens: number): void {
    this.#reportedTokens = tokens;
  }

  done(): void {
    const endMs = this.#now();
    const { recorder } = this.#run;
    if (this.#reportedTokens > this.#tokens) this.#count(this.#reportedTokens - this.#tokens, endMs);
    const e2eMs = endMs - this.#dueMs;
    const tpotMs =
      this.#firstMs !== undefined && this.#tokens > 1 ? (this.#lastMs - this.#firstMs) / (this.#tokens - 1) : undefined;
    const isGood = this.#keepsLimits(endMs, tpotMs);
    const slice = recorder.sliceAt(endMs);
    slice.completed++;
    slice.histograms.e2e.record(e2eMs);
    if (isGood) slice.good++;
    if (this.#isInWindow(endMs)) {
      recorder.window.completed++;
      if (isGood) recorder.window.good++;
    }
    if (this.#isMeasured) {
      const { histograms } = recorder;
      histograms.e2e.record(e2eMs);
      histograms.service.record(endMs - this.#sentMs);
      if (tpotMs !== undefined) histograms.tpot.record(tpotMs);
      const setting = recorder.setting(this.#settingName);
      setting.e2e.record(e2eMs);
      for (const counts of [recorder.counts, setting.counts]) {
        counts.completed++;
        if (isGood) counts.good++;
      }
    }
    this.#end(endMs, "completed");
  }

  fail(kind: string, message: string): void {
    const endMs = this.#now();
    const { recorder } = this.#run;
    recorder.sliceAt(endMs).failed++;
    if (this.#isMeasured) {
      recorder.error(kind, message.slice(0, 300));
      recorder.counts.failed++;
      recorder.setting(this.#settingName).counts.failed++;
    }
    this.#end(endMs, kind);
  }

  /** As the scenario planned it: no failure. */
  cancel(): void {
    this.sent?.cancel();
    const endMs = this.#now();
    const { recorder } = this.#run;
    recorder.sliceAt(endMs).cancelled++;
    if (this.#isMeasured) {
      recorder.counts.cancelled++;
      recorder.setting(this.#settingName).counts.cancelled++;
    }
    this.#end(endMs, "cancelled");
  }

  get #settingName(): string {
    return this.#run.settingNames[this.plan.setting]!;
  }

  #now(): number {
    return performance.now() - this.#run.startMs;
  }

  #isInWindow(atMs: number): boolean {
    return atMs >= this.#run.fromMs && atMs < this.#run.toMs;
  }

  #count(tokens: number, atMs: number): void {
    this.#tokens += tokens;
    const { recorder } = this.#run;
    recorder.sliceAt(atMs).tokens += tokens;
    if (this.#isInWindow(atMs)) recorder.window.tokens += tokens;
  }

  /** Each limit applied to this request alone; `itl` to its longest gap. */
  #keepsLimits(endMs: number, tpotMs: number | undefined): boolean {
    const values = {
      e2e: endMs - this.#dueMs,
      service: endMs - this.#sentMs,
      ttft: (this.#firstMs ?? endMs) - this.#dueMs,
      ttftService: (this.#firstMs ?? endMs) - this.#sentMs,
      itl: this.#longestGapMs,
      tpot: tpotMs ?? 0,
      sendDelay: this.#sentMs - this.#dueMs,
    };
    return this.#run.limits.every(({ subject, value }) => subject.kind !== "metric" || values[subject.metric] <= value);
  }

  #end(endMs: number, outcome: string): void {
    clearTimeout(this.cancelTimer);
    const { recorder, keepSamples } = this.#run;
    recorder.endMs = Math.max(recorder.endMs, endMs);
    if (keepSamples) {
      recorder.samples.push({
        index: this.plan.index,
        setting: this.#settingName,
        isMeasured: this.#isMeasured,
        dueMs: this.#dueMs,
        sentMs: this.#sentMs,
        firstTokenMs: this.#firstMs,
        endMs,
        tokens: this.#tokens,
        outcome,
        itlMs: this.#gapsMs,
      });
    }
    this.#run.onEnd(this);
  }
}
