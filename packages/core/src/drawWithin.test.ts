/** `drawWithin`, which draws once for all temperatures of a bracket, against the draw at many of them. */
import { expect, it } from "vitest";
import { createMemory } from "./instantiate.ts";
import { jobBytes, placeJob, writeJob } from "./records/job.ts";
import { viewsOf } from "./records/views.ts";
import { compileProbe } from "./testing/compileProbe.ts";
import { variants } from "./testing/createKernels.ts";
import { rowOf } from "./testing/generatedRow.ts";
import { seededRandom } from "./testing/random.ts";

interface Probe {
  open(job: number, workspace: number): number;
  draw_within(beta: number, share: number): number;
  draw_at(beta: number): number;
}

const size = 130;
const padded = 256;
const job = 1024;
const rowAt = job + Math.ceil(jobBytes / 64) * 64;
const workspace = rowAt + 4 * padded;
/** From two neighbouring scales of f32, which are tried one by one, to some where only steep rows are settled. */
const shares = [1e-12, 1e-7, 1e-5, 1e-3, 0.01, 0.05, 0.2, 0.5];

it.each(variants)("a token for all temperatures of a bracket is the one of each, %s kernels", async (variant) => {
  const memory = createMemory(2 ** 20);
  const probe = await compileProbe<Probe>("bracketDraw", variant, memory);
  const views = viewsOf(memory);
  const random = seededRandom(3);
  const settled = shares.map(() => 0);
  const row = new Float32Array(memory.buffer, rowAt, padded).fill(-Infinity);
  for (const kind of ["gaussian", "ties", "peaked", "line", "equal"] as const) {
    for (const scale of [0.01, 1, 6]) {
      row.set(rowOf({ kind, seed: 5, scale, offset: 3, masked: 0.1 }, size));
      for (let position = 0; position < 200; position++) {
        placeJob(views, job, { row: rowAt, dtype: "f32", vocabSize: size, undo: 0, result: 0 });
        writeJob(views, job, {
          ...{ plan: 0, history: 0, historyLength: 0, promptLength: 0, state: [0, 0, 0, 0] },
          ...{ seed: 7, sequenceId: 1, position },
        });
        expect(probe.open(job, workspace)).toBe(0);
        for (const [i, share] of shares.entries()) {
          const beta = 0.2 + 3 * random();
          const token = probe.draw_within(beta, share);
          if (token < 0) continue;
          settled[i]!++;
          const parts = [-1, 1, ...Array.from({ length: 4 }, () => 2 * random() - 1)];
          const drawn = parts.map((part) => probe.draw_at(beta * (1 + part * share)));
          const at = { kind, scale, position, beta, share };
          expect({ ...at, drawn }).toEqual({ ...at, drawn: parts.map(() => token) });
        }
      }
    }
  }
  // most draws of narrow brackets, and of wide ones some
  expect(settled[0]).toBeGreaterThan(2950);
  expect(Math.min(...settled)).toBeGreaterThan(500);
});
