/** Counts the draws of a run, and says on stderr what they were. */
import type { RowDraw } from "./sampleRows.ts";

const mostErrors = 10;

export class SampleSummary {
  readonly #startMs: number = performance.now();
  #draws = 0;
  #failed = 0;
  readonly #errors: string[] = [];

  get failed(): number {
    return this.#failed;
  }

  add({ row, draw, result }: RowDraw): void {
    this.#draws++;
    if (result.status === "ok") return;
    this.#failed++;
    if (draw === 0 && this.#errors.length < mostErrors) this.#errors.push(`tokenmill: row ${row}: ${result.message}`);
  }

  text(facts: { rowCount: number; vocabSize: number; dtype: string; workers: number; seed: number | bigint }): string {
    const { rowCount, vocabSize, dtype, workers, seed } = facts;
    const seconds = (performance.now() - this.#startMs) / 1000;
    const count = (value: number): string => value.toLocaleString("en");
    const failed = this.#failed > 0 ? `, ${count(this.#failed)} failed` : "";
    const lines = [
      ...this.#errors,
      `rows           ${count(rowCount)} of ${count(vocabSize)} tokens, ${dtype}`,
      `draws          ${count(this.#draws)}${failed} in ${seconds.toFixed(2)} s, ${count(Math.round(this.#draws / seconds))} a second`,
      `workers        ${workers}`,
      `repeat with    --seed ${seed}`,
    ];
    return `${lines.join("\n")}\n`;
  }
}
