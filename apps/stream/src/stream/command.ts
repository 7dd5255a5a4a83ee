/** `tokenmill stream`. */
import type { Command } from "commander";
import { runStream } from "./runStream.ts";
import { type StreamFlags, streamFlags } from "./streamFlags.ts";

export function streamCommand(): Command {
  return streamFlags().action(async (flags: StreamFlags) => {
    process.exitCode = await runStream(flags);
  });
}
