/** `tokenmill stream`. */
import type { Command } from "commander";
import { type StreamFlags, streamFlags } from "./streamFlags.ts";

export function streamCommand(): Command {
  return streamFlags().action(async (flags: StreamFlags) => {
    // The help and other commands need no engine.
    const { runStream } = await import("./runStream.ts");
    process.exitCode = await runStream(flags);
  });
}
