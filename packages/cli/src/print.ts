/** Results that are whole, on stdout: a reader that has left, as `head` does, is no error. */
import { Output } from "./output.ts";

export async function printText(text: string): Promise<void> {
  const output = Output.stdout();
  await output.write(text);
  await output.end();
}

/** One line. */
export function printJson(value: unknown): Promise<void> {
  return printText(`${JSON.stringify(value)}\n`);
}
