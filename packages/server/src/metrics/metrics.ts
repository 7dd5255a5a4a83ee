/** Prometheus metrics: vLLM's names under our prefix, with a `_` where it has a `:`, which is for recording rules; buckets from 1 µs up. */
import type { FinishReason } from "@tokenmill/core";
import type { Engine } from "@tokenmill/engine";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

const secondBuckets = [
  1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
  30, 60, 120,
];
const tokenBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];

/** Gauges of prom-client whose names say that they are counters; without `_total` it has them by type. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** Others are counted together: a label has few values. */
const countedMethods = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"];

/** Ways a sequence can end. */
export type FinishedReason = FinishReason | "error" | "abort";

export class Metrics {
  readonly registry: Registry = new Registry();
  readonly #ttft: Histogram = this.#histogram("time_to_first_token_seconds", "From opening to the first token.");
  readonly #itl: Histogram = this.#histogram("inter_token_latency_seconds", "Between two tokens of a sequence.");
  readonly #e2e: Histogram = this.#histogram("e2e_request_latency_seconds", "From opening to the last token.");
  readonly #promptLength: Histogram = this.#histogram("request_prompt_tokens", "Prompt tokens.", tokenBuckets);
  readonly #outputLength: Histogram = this.#histogram("request_generation_tokens", "Output tokens.", tokenBuckets);
  readonly #promptTokens: Counter = this.#counter("prompt_tokens_total", "Prompt tokens of finished sequences.");
  readonly #finished: Counter<"finished_reason">;
  readonly #requests: Counter<"route" | "method" | "status">;
  readonly #rejected: Counter = this.#counter("requests_rejected_total", "Requests answered with 429.");
  readonly #sampledRows: Counter = this.#counter("sample_rows_total", "Rows sampled for /v1/sample.");
  readonly #sampledBytes: Counter = this.#counter("sample_row_bytes_total", "Bytes of rows sampled for /v1/sample.");

  /** @param connections how many connections are open now, by kind */
  constructor(engine: Engine, model: string, connections: () => Readonly<Record<string, number>>) {
    this.registry.setDefaultLabels({ model_name: model });
    this.#finished = new Counter({
      name: "tokenmill_request_success_total",
      help: "Sequences that ended, by reason.",
      labelNames: ["finished_reason"],
      registers: [this.registry],
    });
    this.#gauge("num_requests_running", "Sequences that take turns.", () => {
      const { open, queued } = engine.stats();
      return open - queued;
    });
    this.#gauge("num_requests_waiting", "Sequences that wait for memory.", () => engine.stats().queued);
    this.#gauge("free_slots", "Rows of shared memory that are free.", () => engine.stats().freeSlots);
    this.#total("generation_tokens_total", "Tokens generated.", () => engine.stats().tokens);
    this.#total("tokens_taken_back_total", "Tokens drawn and taken back.", () => engine.stats().takenBack);
    this.#total("worker_deaths_total", "Worker threads that died and were replaced.", () => {
      return engine.stats().pool.workerDeaths;
    });
    for (const kind of Object.keys(connections())) {
      this.#gauge(`${kind}_connections`, `Open ${kind} connections.`, () => connections()[kind]!);
    }
    this.#requests = new Counter({
      name: "tokenmill_http_requests_total",
      help: "Requests that were answered, by route, method and status.",
      labelNames: ["route", "method", "status"],
      registers: [this.registry],
    });
    collectDefaultMetrics({ register: this.registry });
    for (const name of misnamed) this.registry.removeSingleMetric(name);
  }

  /** @param route the path as it was matched; undefined: none was */
  answered(route: string | undefined, method: string, status: number): void {
    const known = countedMethods.includes(method) ? method : "other";
    this.#requests.inc({ route: route ?? "none", method: known, status });
  }

  /** @param read what is in use of each quota, and its total */
  quotas(read: () => readonly { readonly name: string; readonly used: number; readonly total: number }[]): void {
    const gaugeOf = (name: string, help: string, field: "used" | "total"): void => {
      new Gauge({
        name: `tokenmill_${name}`,
        help,
        labelNames: ["quota"],
        registers: [this.registry],
        collect() {
          for (const quota of read()) this.set({ quota: quota.name }, quota[field]);
        },
      });
    };
    gaugeOf("quota_used", "What clients have in use, by quota.", "used");
    gaugeOf("quota_limit", "What there is for all clients, by quota.", "total");
  }

  /** @param read numbers of what makes the sequences, by name */
  host(read: () => object): void {
    for (const name of Object.keys(read())) {
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      this.#gauge(`cluster_${snake}`, `The cluster's ${snake.replaceAll("_", " ")}.`, () => {
        return Number((read() as Record<string, unknown>)[name]);
      });
    }
  }

  firstToken(seconds: number): void {
    this.#ttft.observe(seconds);
  }

  nextToken(seconds: number): void {
    this.#itl.observe(seconds);
  }

  ended(reason: FinishedReason, seconds: number, promptTokens: number, outputTokens: number): void {
    this.#finished.inc({ finished_reason: reason });
    this.#e2e.observe(seconds);
    this.#outputLength.observe(outputTokens);
    this.#promptLength.observe(promptTokens);
    this.#promptTokens.inc(promptTokens);
  }

  rejected(): void {
    this.#rejected.inc();
  }

  sampled(rows: number, sizeBytes: number): void {
    this.#sampledRows.inc(rows);
    this.#sampledBytes.inc(sizeBytes);
  }

  #histogram(name: string, help: string, buckets: number[] = secondBuckets): Histogram {
    return new Histogram({ name: `tokenmill_${name}`, help, buckets, registers: [this.registry] });
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: `tokenmill_${name}`, help, registers: [this.registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `tokenmill_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** A counter that is kept elsewhere. */
  #total(name: string, help: string, read: () => number): void {
    new Counter({
      name: `tokenmill_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
