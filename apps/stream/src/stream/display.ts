/** Decides what of a run is shown where: text lines, live view, error lines. */
import { fstatSync } from "node:fs";
import type { Output } from "@tokenmill/cli";
import { LiveArea } from "../cli/liveArea.ts";
import { faintOn } from "../cli/style.ts";
import { ErrorLines } from "./errorLines.ts";
import { LiveView } from "./liveView.ts";
import type { RunCounter } from "./runSummary.ts";
import type { RunObserver } from "./runObserver.ts";
import { TextOutput } from "./textOutput.ts";
import { UnusedLines } from "./unusedLines.ts";

export interface DisplayOptions {
  /** Where the results go; undefined: nowhere. */
  readonly output: Output | undefined;
  readonly isText: boolean;
  readonly counter: RunCounter;
  readonly workers: number;
  /** How many copies of each prompt are shown. */
  readonly show: number;
  /** Params of the flags that have no effect. */
  readonly unused: readonly string[];
}

export interface Display {
  readonly observers: readonly RunObserver[];
  end(): void;
}

export function createDisplay({ output, isText, counter, workers, show, unused }: DisplayOptions): Display {
  const isTextOnTerminal = isText && output?.isStdout === true && process.stdout.isTTY;
  const terminal = isTextOnTerminal ? process.stdout : isStderrFree(output) ? process.stderr : undefined;
  const area = terminal && process.env["TERM"] !== "dumb" ? new LiveArea(terminal) : undefined;
  const view = area && new LiveView({ area, counter, workers, show, faint: faintOn(terminal!) });
  const printText = (line: string): Promise<void> | undefined => {
    if (!area || !isTextOnTerminal) return output?.write(`${line}\n`);
    area.print(line);
    return undefined;
  };
  const printError = (line: string): void => {
    if (area && process.stderr.isTTY) area.print(line);
    else process.stderr.write(`${line}\n`);
  };
  const observers: RunObserver[] = [new ErrorLines(printError), new UnusedLines(printError, unused)];
  if (isText && output) observers.push(new TextOutput(printText, show));
  if (view) observers.push(view);
  return { observers, end: () => view?.end() };
}

/** Whether a live view on stderr would disturb nothing: no results on this terminal, no reader of a pipe that prints there. */
function isStderrFree(output: Output | undefined): boolean {
  if (!process.stderr.isTTY) return false;
  return output?.isStdout !== true || fstatSync(1).isFile();
}
