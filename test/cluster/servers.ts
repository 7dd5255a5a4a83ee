/** `tokenmill serve` as processes of one cluster, and clients that read their streams. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { end } from "./processes.ts";

const program = join(import.meta.dirname, "../../apps/stream/bin/tokenmill.js");

export class ServeProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  /** Lines of its log. */
  readonly log: readonly Record<string, unknown>[];

  private constructor(child: ChildProcess, url: string, log: readonly Record<string, unknown>[]) {
    this.#child = child;
    this.url = url;
    this.log = log;
  }

  /** @param where command that runs it, as `ip netns exec name` does; absent: none */
  static async start(flags: readonly string[], where: readonly string[] = []): Promise<ServeProcess> {
    const [command, ...args] = [...where, process.execPath, program, "serve", "--json", "--port", "0", ...flags];
    const child = spawn(command!, args, { stdio: ["ignore", "pipe", "pipe"] });
    const log: Record<string, unknown>[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : { msg: line });
    });
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`serve ended with ${code}: ${JSON.stringify(log)}`);
    });
    ended.catch(() => undefined);
    const [greeting] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer];
    return new ServeProcess(child, (JSON.parse(greeting.toString()) as { url: string }).url, log);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    return end(this.#child, signal);
  }
}

/** `tokenmill batch`. */
export class BatchProcess {
  readonly #child: ChildProcess;
  readonly #texts: string[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.on("data", (chunk: Buffer) => this.#texts.push(chunk.toString()));
  }

  static start(input: string, output: string, flags: readonly string[]): BatchProcess {
    const args = [program, "batch", input, "--output", output, ...flags];
    return new BatchProcess(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }));
  }

  /** @throws Error unless it ends with 0 */
  async ended(): Promise<void> {
    const { exitCode } = this.#child;
    const [code] = exitCode === null ? ((await once(this.#child, "close")) as [number | null]) : [exitCode];
    if (code !== 0) throw new Error(`batch ended with ${code}`);
  }

  /** What it prints with `--json`, at its end. */
  async summary(): Promise<Readonly<Record<string, number>>> {
    await this.ended();
    return JSON.parse(this.#texts.join("")) as Record<string, number>;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  kill(): Promise<void> {
    return end(this.#child, "SIGKILL");
  }
}

/** Stops a stream by its id. @returns the status */
export async function stopStream(url: string, id: string): Promise<number> {
  return (await fetch(`${url}/v1/streams/${encodeURIComponent(id)}`, { method: "DELETE" })).status;
}

export interface SseEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** Posts a body and calls `onEvent` with each event; false leaves the stream. Resolves when it has ended. */
export async function readStream(
  url: string,
  body: object,
  onEvent: (event: SseEvent) => boolean | undefined,
  lastEventId?: string,
): Promise<void> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    const blocks = rest.split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split("\n");
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      if (onEvent({ id: field("id"), data: field("data") ?? "" }) !== false) continue;
      leaving.abort();
      return;
    }
  }
}
