/** `tokenmill playground`: the server with the page. */
import type { Command } from "commander";
import { type ServeFlags, serveFlags } from "../serve/serveFlags.ts";

export function playgroundCommand(): Command {
  return serveFlags()
    .name("playground")
    .summary("serve a page that shows distributions and live streams")
    .description(
      "Serves the playground, a page that shows what sampling parameters do to a distribution, and the API of\n" +
        "tokenmill serve for its prompts and streams. Open the address that is printed in a browser.",
    )
    .action(async (flags: ServeFlags) => {
      const [{ runServe }, { pageDirectory }] = await Promise.all([
        import("../serve/runServe.ts"),
        import("./pageDirectory.ts"),
      ]);
      process.exitCode = await runServe({ ...flags, playground: flags.playground ?? pageDirectory() });
    });
}
