/** `tokenmill-load calibrate`: what the load generator itself can do. */
import { integerFlag, Interrupt, printText } from "@tokenmill/cli";
import { Command, Option } from "commander";
import { machineFacts } from "../report/machineFacts.ts";
import { calibrationText } from "../report/summaryText.ts";
import type { TargetSpec } from "../scenario/scenario.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration } from "../report/calibration.ts";

interface CalibrateFlags {
  readonly endpoint: "http" | "in-process" | "both";
  readonly processes: number;
  readonly json?: true;
}

export function calibrateCommand(): Command {
  return new Command("calibrate")
    .summary("the load generator's own limits and the latency it adds")
    .description("Drives endpoints that answer at once: the highest rate, and the latency added at a quarter of it.")
    .addOption(new Option("--endpoint <name>", "which").choices(["http", "in-process", "both"]).default("both"))
    .option("--processes <n>", "processes that put load on the HTTP endpoint", integerFlag("processes", 1, 64), 1)
    .option("--json", "print one JSON object")
    .action(async ({ endpoint, processes, json }: CalibrateFlags) => {
      const interrupt = new Interrupt();
      const results: Calibration[] = [];
      try {
        for (const target of endpoints[endpoint]) {
          results.push(
            await calibrate({ target, processes: target.type === "null" ? 1 : processes, seed: 1 }, interrupt.signal),
          );
        }
      } finally {
        interrupt.dispose();
      }
      if (interrupt.exitCode !== undefined) process.exitCode = interrupt.exitCode;
      else if (json) await printText(`${JSON.stringify({ kind: "calibration", machine: machineFacts(), results })}\n`);
      else await printText(results.map((result) => `${calibrationText(result)}\n`).join(""));
    });
}

const inProcess: TargetSpec = { type: "null" };
const http: TargetSpec = {
  type: "http",
  url: "http://127.0.0.1",
  api: "completions",
  stream: true,
  headers: {},
  body: {},
  requestTimeoutMs: 1000,
  includeUsage: false,
};
const endpoints = { "in-process": [inProcess], http: [http], both: [inProcess, http] } as const;
