/** A run as Markdown: BENCHMARKS.md is made of nothing else. */
import { readFileSync } from "node:fs";
import { smallestChange } from "../compare.ts";
import type { BenchRun } from "../run/benchRun.ts";
import type { PlotName } from "./plots.ts";
import { realSection } from "./realRows.ts";
import {
  doorSection,
  embeddedSection,
  engineSection,
  peersSection,
  poolSection,
  type Section,
  serverSection,
  settingsSection,
  topKSection,
  worstSection,
} from "./sections.ts";

const sections: readonly Section[] = [
  realSection,
  settingsSection,
  peersSection,
  topKSection,
  doorSection,
  poolSection,
  engineSection,
  worstSection,
  embeddedSection,
  serverSection,
];

/** `plots`: those that were made; `plotPath`: where they lie, from the report. */
export function reportText(run: BenchRun, plots: ReadonlySet<PlotName>, plotPath: string): string {
  const image = (name: PlotName, alt: string): string => (plots.has(name) ? `![${alt}](${plotPath}/${name}.svg)` : "");
  const parts = sections.map((section) => section(run, image)).filter((part) => part !== "");
  const notes = readFileSync(new URL("notes.md", import.meta.url), "utf8").trim();
  return `${[introduction(run), ...parts, notes, commands].join("\n\n")}\n`;
}

function introduction({ mode, commit, machine, processCount, durationSeconds }: BenchRun): string {
  const { cpu, cores, memoryBytes, node, system, loadAverage } = machine;
  const minutes = (durationSeconds / 60).toFixed(1);
  const place = `${cores} × ${cpu}, ${Math.round(memoryBytes / 2 ** 30)} GiB, Node ${node.slice(1)}, ${system}`;
  const busy = loadAverage > 0.5 ? "; something ran shortly before it or beside it: mind the spreads" : "";
  return `# Benchmarks

The last ${mode} run of \`npm run bench\`: ${minutes} minutes on ${place}; load average before it ${loadAverage}${busy}.${commit ? ` Commit ${commit}.` : ""}

R is a plain one-pass SIMD read (\`pmax\`) of the same rows in the same memory, timed just before and just after each figure.
Every benchmark is a process of its own, started ${processCount} times, all in turn. A figure is the median over processes of
the median over rounds; in brackets its multiple of R, and how far a process's multiple lies from that at most. 64 distinct f32
rows take turns: up to V = 50,257 they fit a last-level cache of 32 MiB, at 128,256 (32.8 MB) and above they do not.

| rows | |
|---|---|
| peaked | Gaussian with σ 2.5 and eight tokens 8 … 15 above |
| gaussian | Gaussian with σ 2.5 |
| flat | Gaussian with σ 1 |
| recorded | of the embedded model, along four texts that it wrote |
| a model's name | of that model, along four texts that it wrote (\`--rows\`) |`;
}

const commands = `## Commands

    npm run bench                                       # all of it: about 15 minutes on an idle machine
    npm run bench -- --quick                            # 3 to 4 minutes
    npm run bench -- --only settings,topK --out after   # some of it, into after/run.json
    npm run bench -- --rows model.gguf,rows.npy         # rows of real models too, with llama.cpp beside
    npm run bench -- --only real,llamaCpp --rows model.gguf
    npm run bench -- --only real --rows rows.npy --against ../before
    npm run bench -- --compare before/run.json after/run.json
    npm run bench -- --publish bench-results/run.json   # this file and docs/bench

\`--compare\` takes one number from each process, the median of its rounds as a multiple of the yardstick. A change is real if
Student's t of their logarithms rejects equality at 1 %, with no series counted quieter than the median one, and the medians
differ by more than ${100 * smallestChange} %. \`--against\` measures another built checkout in the same run, process by process in
turns, and compares; other runs are comparable on one machine, made one after the other.

onnxruntime-node and transformers.js (474 MB) are no part of the workspace: the first run with peers installs them, pinned, into
\`packages/core/bench/peers\`, and does without them, saying so, where it cannot.`;
