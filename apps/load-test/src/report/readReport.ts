/** Reads and checks a report file. */
import { UsageError } from "@tokenmill/cli";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readNamedText } from "../cli/readNamedText.ts";
import type { SweepReport } from "./sweepReport.ts";
import { reportSchema } from "./reportSchema.ts";
import type { RunReport } from "./runReport.ts";

/** @throws UsageError if it cannot be read or is no report. */
export async function readReport(path: string): Promise<RunReport | SweepReport> {
  const text = await readNamedText(path, "the report");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path}: expected a JSON report: ${(cause as Error).message}`, { cause });
  }
  const validate = new Ajv2020({ discriminator: true, allowUnionTypes: true }).compile<RunReport | SweepReport>(
    reportSchema,
  );
  if (validate(value)) return value;
  const [error] = validate.errors ?? [];
  throw new UsageError(
    `${path}: expected a report of run or sweep: ${error?.instancePath || "it"} ${error?.message ?? ""}`,
  );
}
