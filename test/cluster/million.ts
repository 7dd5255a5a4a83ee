/**
 * A batch of many short prompts on the embedded model with two nodes, of which one is killed every minute, against the run of one
 * process: `npx pnpm --filter @tokenmill/test-cluster million [prompts] [seconds between kills]`, by default 1,000,000 and 60. Prints
 * throughput and memory of both, and exits with 1 unless the results are the same bytes. For an otherwise idle machine.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Memory } from "./memory.ts";
import { NatsServer } from "./processes.ts";
import { BatchProcess, ServeProcess } from "./servers.ts";

const [prompts = 1_000_000, killSeconds = 60] = process.argv.slice(2).map(Number);
const words = "the of and to a in is it you that he was for on are with as I his they be at one have this from".split(
  " ",
);
const folder = mkdtempSync(join(tmpdir(), "tokenmill-million-"));
const [input, single, clustered] = ["in", "single", "clustered"].map((name) => join(folder, `${name}.jsonl`)) as [
  string,
  string,
  string,
];

/** Three to six words each, eight tokens asked for; every 1,000th line is wrong. */
async function writeInput(): Promise<void> {
  const file = createWriteStream(input);
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < prompts; i++) {
    const prompt = Array.from({ length: 3 + random(4) }, () => words[random(words.length)]).join(" ");
    const body = { prompt, max_tokens: i % 1000 === 999 ? -1 : 8 };
    const line = `${JSON.stringify({ custom_id: `r${i}`, url: "/v1/completions", body })}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

interface Run {
  readonly seconds: number;
  readonly summary: Readonly<Record<string, number>>;
}

async function timed(batch: BatchProcess): Promise<Run> {
  const startMs = performance.now();
  const summary = await batch.summary();
  return { seconds: (performance.now() - startMs) / 1000, summary };
}

const say = (name: string, { seconds, summary }: Run): void =>
  console.log(
    `${name}: ${summary["done"]} results, ${summary["failed"]} failed, ${Math.round(seconds)} s, ` +
      `${Math.round(prompts / seconds)} prompts/s, ${Math.round(summary["tokens"]! / seconds)} tokens/s`,
  );

async function runAlone(): Promise<void> {
  const memory = new Memory();
  const batch = BatchProcess.start(input, single, ["--json"]);
  memory.watch("command", batch.pid);
  say("one process", await timed(batch));
  memory.print();
}

/** @returns how often a node was killed */
async function killInTurns(
  nodes: ServeProcess[],
  start: (i: number) => Promise<ServeProcess>,
  over: AbortSignal,
): Promise<number> {
  for (let kills = 0; ; kills++) {
    await sleep(1000 * killSeconds, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return kills;
    const i = kills % nodes.length;
    await nodes[i]!.kill();
    nodes[i] = await start(i);
  }
}

async function runClustered(): Promise<void> {
  const memory = new Memory();
  const nats = await NatsServer.start();
  memory.watch("nats-server", nats.pid);
  const start = async (i: number): Promise<ServeProcess> => {
    const node = await ServeProcess.start(["--workers", "1", "--cluster", nats.url]);
    memory.watch(`node ${i + 1}`, node.pid);
    return node;
  };
  const nodes = [await start(0), await start(1)];
  const batch = BatchProcess.start(input, clustered, ["--cluster", nats.url, "--verify", "0.1%", "--json"]);
  memory.watch("command", batch.pid);
  const over = new AbortController();
  const killing = killInTurns(nodes, start, over.signal);
  const run = await timed(batch);
  over.abort();
  say("two nodes", run);
  console.log(
    `killed a node ${await killing} times; ${run.summary["verified"]} verified, ${run.summary["differing"]} differ`,
  );
  memory.print();
  await Promise.all(nodes.map((node) => node.kill()));
  await nats.dispose();
}

/** Where two files differ first; undefined: nowhere. */
async function difference(left: string, right: string): Promise<number | undefined> {
  const others = (createReadStream(right) as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let other: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (const chunk of createReadStream(left) as AsyncIterable<Buffer>) {
    while (other.length < chunk.length) {
      const { done, value } = await others.next();
      if (done) return at;
      other = Buffer.concat([other, value]);
    }
    if (!other.subarray(0, chunk.length).equals(chunk)) return at;
    other = other.subarray(chunk.length);
    at += chunk.length;
  }
  return other.length > 0 || !(await others.next()).done ? at : undefined;
}

await writeInput();
await runAlone();
await runClustered();
const at = await difference(single, clustered);
console.log(at === undefined ? "the results are the same bytes" : `the results differ from byte ${at} on: ${folder}`);
if (at === undefined) rmSync(folder, { recursive: true });
process.exitCode = at === undefined ? 0 : 1;
