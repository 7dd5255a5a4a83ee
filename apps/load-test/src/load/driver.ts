/**
 * Puts the load of one process on a target: closed loop, or open loop after a schedule that never waits for answers.
 * Of several processes, number p of n makes the requests p, p + n, p + 2n …
 */
import type { Limit } from "../measure/limit.ts";
import { Recorder } from "../measure/recorder.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Schedule } from "../schedule/makeSchedule.ts";
import type { PlanRequest } from "../schedule/planRequests.ts";
import type { Target } from "../targets/target/target.ts";
import { type RunContext, RunningRequest } from "./runningRequest.ts";

export interface DriverSetup {
  readonly scenario: Scenario;
  readonly target: Target;
  readonly plan: PlanRequest;
  /** Of an open loop. */
  readonly schedule: Schedule | undefined;
  readonly share: { readonly index: number; readonly of: number };
  readonly sliceMs: number;
  readonly limits: readonly Limit[];
  readonly keepSamples: boolean;
}

export class Driver {
  readonly recorder: Recorder;
  readonly #setup: DriverSetup;
  readonly #inFlight = new Set<RunningRequest>();
  readonly #mostInFlight: number;
  #context!: RunContext;
  /** Position in this process's own sequence of requests. */
  #next = 0;
  #mayBegin = true;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #filledSlices = 0;
  #finish!: () => void;

  constructor(setup: DriverSetup) {
    this.#setup = setup;
    this.recorder = new Recorder(setup.sliceMs);
    const { load } = setup.scenario;
    const most = load.mode === "closed" ? load.concurrency : (load.maxInFlight ?? Number.POSITIVE_INFINITY);
    // The first processes take what does not divide.
    this.#mostInFlight = Number.isFinite(most)
      ? Math.max(1, Math.ceil((most - setup.share.index) / setup.share.of))
      : most;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** @param startMs `performance.now()` at which time begins. Resolves when the last request has ended. */
  async run(startMs: number, signal: AbortSignal): Promise<Recorder> {
    const { scenario, limits, keepSamples } = this.#setup;
    const { durationMs, warmUpMs, drainMs, requests } = scenario;
    this.#context = {
      recorder: this.recorder,
      startMs,
      fromMs: warmUpMs,
      toMs: durationMs,
      limits,
      keepSamples,
      settingNames: requests.mix.map(({ name }) => name),
      onEnd: (request) => this.#onEnd(request),
    };
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    const stop = (): void => this.#stop();
    signal.addEventListener("abort", stop);
    const ticker = setInterval(() => this.#noteInFlight(), this.#setup.sliceMs);
    const timers = [
      setTimeout(() => this.#endOfLoad(), startMs - performance.now() + durationMs),
      setTimeout(() => this.#abandon(), Math.min(2 ** 31 - 1, startMs - performance.now() + durationMs + drainMs)),
    ];
    const begin = setTimeout(() => this.#start(), startMs - performance.now());
    if (signal.aborted) stop();
    await finished;
    signal.removeEventListener("abort", stop);
    clearInterval(ticker);
    for (const timer of [...timers, begin]) clearTimeout(timer);
    this.#clearTimer();
    return this.recorder;
  }

  #now(): number {
    return performance.now() - this.#context.startMs;
  }

  /** Timers may be early by less than a millisecond: nothing begins before time does. */
  #start(): void {
    if (!this.#mayBegin) return;
    if (this.#now() < 0) this.#timer = setImmediate(() => this.#start());
    else if (this.#setup.schedule) this.#sendDue();
    else this.#fill();
  }

  /** The request's number in the whole run. */
  #indexOf(position: number): number {
    const { index, of } = this.#setup.share;
    return index + position * of;
  }

  #isLast(): boolean {
    const { schedule, scenario } = this.#setup;
    return this.#indexOf(this.#next) >= (schedule?.times.length ?? scenario.count ?? Number.POSITIVE_INFINITY);
  }

  /** Closed loop: begins requests up to the concurrency. */
  #fill(): void {
    while (this.#mayBegin && !this.#isLast() && this.#inFlight.size < this.#mostInFlight) {
      const nowMs = this.#now();
      if (nowMs >= this.#setup.scenario.durationMs) this.#mayBegin = false;
      else this.#begin(nowMs, nowMs);
    }
    this.#finishIfIdle();
  }

  /** Open loop: sends all that is due, and comes back when the next is. */
  #sendDue(): void {
    const { times } = this.#setup.schedule!;
    this.#clearTimer();
    while (this.#mayBegin && !this.#isLast()) {
      const dueMs = times[this.#indexOf(this.#next)]!;
      const nowMs = this.#now();
      if (nowMs < dueMs) return this.#comeBackIn(dueMs - nowMs);
      // The next end of a request comes back here.
      if (this.#inFlight.size >= this.#mostInFlight) return;
      this.#begin(dueMs, nowMs);
    }
    this.#finishIfIdle();
  }

  /** Timers are whole milliseconds and late by up to one: the last stretch goes by rounds of the event loop. */
  #comeBackIn(ms: number): void {
    this.#timer = ms > 2 ? setTimeout(() => this.#sendDue(), ms - 1.5) : setImmediate(() => this.#sendDue());
  }

  #clearTimer(): void {
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    this.#timer = undefined;
  }

  #begin(dueMs: number, nowMs: number): void {
    const { plan, schedule, target } = this.#setup;
    const index = this.#indexOf(this.#next++);
    const request = new RunningRequest(this.#context, plan(index, schedule?.entries?.[index]), dueMs, nowMs);
    this.#inFlight.add(request);
    const { cancelAfterMs } = request.plan;
    if (cancelAfterMs !== undefined) request.cancelTimer = setTimeout(() => request.cancel(), cancelAfterMs);
    request.sent = target.send(request.plan, request);
  }

  #onEnd(request: RunningRequest): void {
    this.#inFlight.delete(request);
    if (!this.#setup.schedule) return this.#fill();
    // A request waits for this one's place.
    if (this.#timer === undefined) this.#sendDue();
  }

  /** Time is up for requests that have not begun. In an open loop, those that are due are sent all the same. */
  #endOfLoad(): void {
    if (!this.#setup.schedule) this.#mayBegin = false;
    this.#finishIfIdle();
  }

  /** The time to finish is over as well. */
  #abandon(): void {
    this.#mayBegin = false;
    this.#clearTimer();
    for (const request of [...this.#inFlight]) {
      request.sent?.cancel();
      request.fail("unfinished", `no end within ${this.#setup.scenario.drainMs} ms after the last request was due`);
    }
    const { schedule } = this.#setup;
    if (schedule) {
      for (; !this.#isLast(); this.#next++) this.#neverSent(schedule.times[this.#indexOf(this.#next)]!);
    }
    this.#finishIfIdle();
  }

  #neverSent(dueMs: number): void {
    if (dueMs < this.#context.fromMs || dueMs >= this.#context.toMs) return;
    const { counts } = this.recorder;
    counts.due++;
    counts.failed++;
    this.recorder.error("never_sent", "waited for maxInFlight until the end");
  }

  /** Told to stop: nothing more counts. */
  #stop(): void {
    this.#mayBegin = false;
    this.#clearTimer();
    for (const request of this.#inFlight) request.sent?.cancel();
    this.#inFlight.clear();
    this.#finish();
  }

  #finishIfIdle(): void {
    if (this.#inFlight.size === 0 && (!this.#mayBegin || this.#isLast())) this.#finish();
  }

  #noteInFlight(): void {
    const slices = Math.floor(this.#now() / this.#setup.sliceMs);
    for (; this.#filledSlices < slices; this.#filledSlices++) {
      this.recorder.sliceAt((this.#filledSlices + 0.5) * this.#setup.sliceMs).inFlight = this.#inFlight.size;
    }
  }
}
