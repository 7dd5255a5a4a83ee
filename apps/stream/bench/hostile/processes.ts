/** The processes of the benchmark: started, told to end, and what they have used. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

export type Child = ChildProcess & { readonly port: number };

const children = new Set<ChildProcess>();
// Whatever ends the benchmark ends them.
process.once("exit", () => children.forEach((child) => child.kill()));

/** Resolves with the first line that it prints, whose end may be a port. */
export async function start(args: readonly string[], { hasReader = true } = {}): Promise<Child> {
  // Without one its stderr is a pipe that nobody empties.
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", hasReader ? "inherit" : "pipe"] });
  children.add(child);
  child.once("exit", (code) => {
    if (code) throw new Error(`${args.join(" ")} ended with code ${code}`);
  });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  return Object.assign(child, { port: Number(/:(\d+)\n/.exec(line.toString())?.[1]) });
}

/** Ends the child; what it says at its end. */
export async function stop(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.kill("SIGTERM");
  await once(child, "exit");
  return text;
}

/** Seconds of CPU so far, by the main thread and by the others; Linux only. */
export function cpuSeconds({ pid }: ChildProcess): { main: number; others: number } {
  const used = { main: 0, others: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [, fields = ""] = readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1").split(") ");
    const [user, system] = fields.split(" ").slice(11, 13).map(Number);
    used[thread === String(pid) ? "main" : "others"] += (user! + system!) / 100;
  }
  return used;
}
