/** `tokenmill-load compare`: what changed between two reports, by how much, and whether it is real. */
import { printText, UsageError } from "@tokenmill/cli";
import { Command } from "commander";
import { duration, figure } from "../report/number.ts";
import { readReport } from "../report/readReport.ts";
import { compareRuns } from "../compare/compareRuns.ts";
import { compareSweeps } from "../compare/compareSweeps.ts";
import type { Difference } from "../compare/difference.ts";

export function compareCommand(): Command {
  return new Command("compare")
    .summary("what changed between two reports: real or noise")
    .description(
      "Compares two JSON reports of run or of sweep.\nRuns: block bootstrap over slices of time, which sees the noise within a run. Sweeps: Welch's t over repeats.",
    )
    .argument("<before>", "JSON report")
    .argument("<after>", "JSON report of the same kind")
    .option("--json", "print one JSON object")
    .action(async (pathA: string, pathB: string, { json }: { json?: true }) => {
      const differences = await compareFiles(pathA, pathB);
      await printText(
        json
          ? `${JSON.stringify({ kind: "comparison", before: pathA, after: pathB, differences })}\n`
          : comparisonText(differences),
      );
    });
}

async function compareFiles(pathA: string, pathB: string): Promise<Difference[]> {
  const [a, b] = await Promise.all([readReport(pathA), readReport(pathB)]);
  if (a.kind === "run" && b.kind === "run") return compareRuns(a, b);
  if (a.kind !== "sweep" || b.kind !== "sweep")
    throw new UsageError(`expected two reports of one kind, got ${a.kind} and ${b.kind}`);
  const names = (report: typeof a): string => report.axes.map(({ name }) => name).join();
  if (names(a) !== names(b))
    throw new UsageError(`expected sweeps over the same axes, got ${names(a)} and ${names(b)}`);
  const differences = compareSweeps(a, b);
  if (differences.length === 0) throw new UsageError("the sweeps have no point in common");
  return differences;
}

function comparisonText(differences: readonly Difference[]): string {
  const rows = differences.map(({ name, unit, before, after, change, interval, verdict }) => {
    const text = unit === "ms" ? duration : figure;
    const range = interval ? `${signed(interval[0])} … ${signed(interval[1])}` : "too little data";
    return [name, text(before), text(after), signed(change), range, verdict];
  });
  const all = [["", "before", "after", "change", "95 % interval", "verdict"], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)));
  return `${all
    .map((cells) =>
      cells
        .map((cell, column) =>
          column === 0 || column === 5 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n")}\n`;
}

function signed(share: number): string {
  return Number.isFinite(share) ? `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %` : "–";
}
