/** `--row-timeout`: how long a row may take. */
import { integerFlag } from "@tokenmill/cli";
import { Option } from "commander";

const defaultRowTimeoutSeconds = 30;

/** In seconds. */
export function rowTimeoutFlag(): Option {
  const help = "time that a row may take in a worker, which is ended then; without workers it has no effect";
  return new Option("--row-timeout <seconds>", help)
    .argParser(integerFlag("rowTimeout", 1, 86_400))
    .default(defaultRowTimeoutSeconds);
}
