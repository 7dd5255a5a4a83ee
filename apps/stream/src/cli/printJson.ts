/** One JSON line on stdout. */
import { Output } from "./output.ts";

export async function printJson(value: unknown): Promise<void> {
  const output = Output.stdout();
  await output.write(`${JSON.stringify(value)}\n`);
  await output.end();
}
