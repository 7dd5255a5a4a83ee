/** `--row-timeout`: how long a row may take. */
import { Option } from "commander";
import { integerFlag } from "./integerFlag.ts";

const defaultRowTimeoutSeconds = 30;

/** In seconds. */
export function rowTimeoutFlag(): Option {
  const help = "time that a row may take in a worker, which is ended then; without workers it has no effect";
  return new Option("--row-timeout <seconds>", help)
    .argParser(integerFlag("rowTimeout", 1, 86_400))
    .default(defaultRowTimeoutSeconds);
}
