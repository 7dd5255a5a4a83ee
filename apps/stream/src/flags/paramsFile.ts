/** `--params`: sampling parameters from a JSON file; flags win over it. */
import { messageOf, readText, UsageError } from "@tokenmill/cli";
import type { SamplingParams } from "@tokenmill/core";
import { anyRoom, checkParams, samplingParams } from "./samplingFlags.ts";

/** The parameters of `--params` and of the flags. @throws UsageError */
export async function readSamplingParams(options: { readonly params?: string }): Promise<SamplingParams> {
  const flags = samplingParams(options);
  return options.params === undefined ? flags : { ...(await readParamsFile(options.params)), ...flags };
}

async function readParamsFile(path: string): Promise<SamplingParams> {
  const value = await readJsonFile(path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`"${path}" expected a JSON object of sampling parameters`);
  }
  try {
    checkParams(value, Number.MAX_SAFE_INTEGER, anyRoom);
  } catch (cause) {
    throw new UsageError(`"${path}": ${messageOf(cause)}`, { cause });
  }
  return value;
}

/** @throws UsageError if the file is not JSON, or the file system's error. */
async function readJsonFile(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`"${path}" is not JSON: ${messageOf(cause)}`, { cause });
  }
}
