/** `tokenmill load`: passes its arguments to the program of `tokenmill-load`. Nothing of it is imported. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";

export function loadCommand(): Command {
  return new Command("load")
    .summary("find what a sampler, an engine or a server can carry (tokenmill-load)")
    .usage("[arguments of tokenmill-load]")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[arguments...]")
    .passThroughOptions()
    .action(async (args: string[]) => {
      process.exitCode = await runLoad(args);
    });
}

/** The program's exit code; signals reach it as they reach this process's group. */
function runLoad(args: readonly string[]): Promise<number> {
  const program = fileURLToPath(new URL("bin/tokenmill-load.js", import.meta.resolve("tokenmill-load/package.json")));
  const child = spawn(process.execPath, [program, ...args], { stdio: "inherit" });
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  const terminate = (): void => void child.kill("SIGTERM");
  for (const name of ["SIGTERM", "SIGHUP", "SIGBREAK"] as const) process.on(name, terminate);
  return new Promise<number>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve(code ?? 1));
  }).finally(() => {
    process.off("SIGINT", ignore);
    for (const name of ["SIGTERM", "SIGHUP", "SIGBREAK"] as const) process.off(name, terminate);
  });
}
