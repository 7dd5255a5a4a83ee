/** The f64 reference's view of a row: obvious, slow, kept for ever as the judge of the kernels. */

export class ReferenceRow {
  /** Logits after edits, rounded to f32 as the kernels round them; −Infinity is out. */
  readonly logits: Float64Array;
  /** Inverse of the product of temperatures so far. */
  beta = 1;
  readonly history: ArrayLike<number>;
  readonly promptLength: number;
  readonly position: number;
  /** The sequence's state; empty: where the params start from. */
  state: ArrayLike<number> = [];
  /** The uniform that XTC compares with its probability. */
  coin = 0;

  constructor(logits: ArrayLike<number>, history: ArrayLike<number> = [], promptLength = 0, position = 0) {
    this.logits = Float64Array.from(logits);
    this.history = history;
    this.promptLength = promptLength;
    this.position = position;
  }

  get max(): number {
    return this.logits.reduce((a, b) => Math.max(a, b), -Infinity);
  }

  /** Ids that can still be drawn, best first, equals by lowest id. */
  kept(): number[] {
    const ids: number[] = [];
    for (let id = 0; id < this.logits.length; id++) if (this.logits[id]! > -Infinity) ids.push(id);
    return ids.sort((a, b) => this.logits[b]! - this.logits[a]! || a - b);
  }

  /** e^((x − max)·beta) of one token. */
  weight(id: number, max: number = this.max): number {
    const x = this.logits[id]!;
    return x === max ? 1 : Math.exp((x - max) * this.beta);
  }

  /** Probabilities by token id. */
  probs(): Float64Array {
    const max = this.max;
    const weights = this.logits.map((_, id) => (this.logits[id]! > -Infinity ? this.weight(id, max) : 0));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / sum);
  }

  /** Entropy in nats. */
  entropy(): number {
    return this.probs().reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  }

  /** Sets a logit as f32; what overflows stays finite. */
  set(id: number, x: number): void {
    const largest = 3.4028234663852886e38;
    this.logits[id] = x === -Infinity ? x : Math.fround(Math.min(Math.max(x, -largest), largest));
  }

  /** Before edits that come after a temperature: it is applied to the logits, as f32. */
  applyBeta(): void {
    if (this.beta === 1) return;
    for (const id of this.kept()) this.set(id, this.logits[id]! * this.beta);
    this.beta = 1;
  }

  keepOnly(ids: Iterable<number>): void {
    const kept = new Set(ids);
    for (let id = 0; id < this.logits.length; id++) if (!kept.has(id)) this.logits[id] = -Infinity;
  }
}
