/** The encodings of events. */
import type { OutputFormat } from "./streamFlags.ts";
import type { EncodeEvent } from "./wireOutput.ts";

export function encoderOf(format: Exclude<OutputFormat, "text">): EncodeEvent {
  void format;
  return (event) => `${JSON.stringify(event)}\n`;
}
