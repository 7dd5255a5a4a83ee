/** What an object must have to be a model source: looked at once, before its first step. */
import { checkFunction, checkInteger, checkName, checkString, mostTokens, refuse } from "@tokenmill/check";
import type { ModelSource } from "@tokenmill/core";

/** @throws TypeError, RangeError naming the field: `"model.limits.stepTokens" expected …` */
export function checkModel(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null) refuse(name, "a model source", value, true);
  const model = value as ModelSource;
  checkName(`${name}.kind`, model.kind, ["model"]);
  checkString(`${name}.name`, model.name);
  checkInteger(`${name}.vocabSize`, model.vocabSize, { min: 1, max: mostTokens });
  checkName(`${name}.dtype`, model.dtype, ["f32"]);
  if (typeof model.tokenizer?.encode !== "function") refuse(`${name}.tokenizer`, "a tokenizer", model.tokenizer, true);
  if (!Array.isArray(model.eosTokenIds)) refuse(`${name}.eosTokenIds`, "a list of token ids", model.eosTokenIds, true);
  for (const limit of ["sequences", "contextTokens", "stepTokens"] as const) {
    checkInteger(`${name}.limits.${limit}`, model.limits?.[limit], { min: 1, max: Number.MAX_SAFE_INTEGER });
  }
  for (const method of ["step", "truncate", "fork", "close"] as const) {
    checkFunction<(...args: never[]) => unknown>(`${name}.${method}`, model[method]);
  }
}
