/** `tokenmill serve`. */
import type { Command } from "commander";
import { type ServeFlags, serveFlags } from "./serveFlags.ts";

export function serveCommand(): Command {
  return serveFlags().action(async (flags: ServeFlags) => {
    // The HTTP libraries take a while to load; other commands need not wait for them.
    const { runServe } = await import("./runServe.ts");
    process.exitCode = await runServe(flags);
  });
}
