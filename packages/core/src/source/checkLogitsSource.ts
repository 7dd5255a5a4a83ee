/** What an object must have to be a source of logits: looked at once, by whoever is given one. */
import { checkFunction, checkInteger, checkName, checkString, mostTokens, refuse } from "@tokenmill/check";
import { dtypeBytes, type LogitsSource, type RowDtype } from "@tokenmill/contracts";

const kinds: readonly string[] = ["worker", "batch"] satisfies LogitsSource["kind"][];

/**
 * @param others kinds that the caller takes besides, and has looked for before
 * @throws TypeError, RangeError naming the field: `"source.kind" expected …`
 */
export function checkLogitsSource(name: string, value: unknown, others: readonly string[] = []): LogitsSource {
  if (typeof value !== "object" || value === null) return refuse(name, "a logits source", value, true);
  const source = value as LogitsSource;
  checkName(`${name}.kind`, source.kind, [...kinds, ...others]);
  checkString(`${name}.name`, source.name);
  checkInteger(`${name}.vocabSize`, source.vocabSize, { min: 1, max: mostTokens });
  checkName(`${name}.dtype`, source.dtype, Object.keys(dtypeBytes) as RowDtype[]);
  if (source.kind === "batch") checkFunction(`${name}.fillRows`, source.fillRows);
  else {
    checkInteger(`${name}.tablesBytes`, source.tablesBytes, { min: 0, max: 2 ** 32 });
    checkString(`${name}.worker.moduleUrl`, source.worker?.moduleUrl);
  }
  return source;
}
