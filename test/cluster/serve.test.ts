/** `tokenmill serve --cluster`: what its clients read while its processes are killed and stopped. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { natsServerPath, NatsServer } from "./processes.ts";
import { BatchProcess, readStream, ServeProcess, stopStream } from "./servers.ts";

const keyFile = join(mkdtempSync(join(tmpdir(), "tokenmill-cluster-")), "resume.key");
writeFileSync(keyFile, randomBytes(32).toString("base64"), { mode: 0o600 });
const source = ["--source", "synthetic", "--vocab-size", "500"];
const common = [...source, "--workers", "1", "--resume-key-file", keyFile];

/** What a stream says besides ids and times, which are each connection's own. */
function textOf(data: string): string {
  if (data === "[DONE]") return data;
  const { id: _id, created: _created, ...rest } = JSON.parse(data) as Record<string, unknown>;
  return JSON.stringify(rest);
}

async function streamOf(url: string, body: object): Promise<string[]> {
  const seen: string[] = [];
  await readStream(url, body, ({ data }) => void seen.push(textOf(data)));
  return seen;
}

const body = {
  prompt: [1, 2, 3],
  max_tokens: 500,
  temperature: 0.9,
  mirostat: 2,
  repetition_penalty: 1.1,
  logprobs: 2,
  n: 2,
  seed: 5,
  stream: true,
  return_token_ids: true,
  stream_options: { include_usage: true },
};

// Servers are shared where they are not killed: starting one takes longer than a stream.
describe.skipIf(!natsServerPath)("tokenmill serve --cluster", () => {
  let nats: NatsServer;
  let alone: string[];
  /** Makes nothing itself. */
  let gateway: ServeProcess;
  /** Makes what the gateway's clients ask for; killed by each test. */
  let maker: ServeProcess;
  const running: ServeProcess[] = [];
  beforeAll(async () => {
    nats = await NatsServer.start();
    const aloneOf = async (): Promise<string[]> => {
      const server = await ServeProcess.start(common);
      running.push(server);
      return streamOf(server.url, body);
    };
    [gateway, maker, alone] = await Promise.all([
      start("streams", "--cluster-capacity", "0"),
      start("streams"),
      aloneOf(),
    ]);
  });
  afterAll(async () => {
    await Promise.all(running.map((server) => server.kill()));
    await nats.dispose();
  });

  const start = async (name: string, ...flags: string[]) => {
    const server = await ServeProcess.start([...common, "--cluster", nats.url, "--cluster-name", name, ...flags]);
    running.push(server);
    return server;
  };

  it("a stream goes on, byte for byte, when the server that makes it is killed", async () => {
    const seen: string[] = [];
    let second: Promise<ServeProcess> | undefined;
    await readStream(gateway.url, body, ({ data }) => {
      seen.push(textOf(data));
      if (seen.length === 150) second = maker.kill().then(() => start("streams"));
    });
    maker = await second!;
    expect(seen.toSorted()).toEqual(alone.toSorted());
    expect(maker.log.find(({ msg }) => msg === "claimed")).toMatchObject({ epoch: 2 });
  });

  it("a client goes on at another server, with Last-Event-ID, when the one it reads from is killed", async () => {
    const other = await start("streams");
    const seen: string[] = [];
    let last: string | undefined;
    await readStream(maker.url, body, ({ id, data }) => {
      seen.push(textOf(data));
      last = id;
      return seen.length < 300;
    });
    await maker.kill();
    maker = other;
    await readStream(other.url, body, ({ data }) => void seen.push(textOf(data)), last);
    expect(seen.toSorted()).toEqual(alone.toSorted());
  });

  const endless = { ...body, max_tokens: 4000, ignore_eos: true };
  const cancelled = () => maker.log.filter(({ msg }) => msg === "cancelled").length;

  it("any server stops a stream that another one opened", async () => {
    const before = cancelled();
    const seen: string[] = [];
    let stopping: Promise<number> | undefined;
    await readStream(gateway.url, endless, ({ data }) => {
      seen.push(data);
      if (seen.length === 20) stopping = stopStream(maker.url, (JSON.parse(data) as { id: string }).id);
    });
    expect(await stopping).toBe(200);
    expect(seen.at(-1)).toContain("stream_stopped");
    await expect.poll(cancelled).toBe(before + 2);
    expect(await stopStream(maker.url, "cmpl-none")).toBe(404);
  });

  it("any server stops a stream whose server is gone", async () => {
    const before = cancelled();
    let count = 0;
    let stopping: Promise<number> | undefined;
    const reading = readStream(gateway.url, endless, ({ id }) => {
      if (++count === 20) stopping = gateway.kill().then(() => stopStream(maker.url, id!));
    });
    await expect(reading).rejects.toThrow("terminated");
    expect(await stopping).toBe(200);
    await expect.poll(cancelled).toBe(before + 2);
  });

  it("a batch has the same results when a server that answers it is killed, and its command is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tokenmill-cluster-"));
    const input = join(folder, "in.jsonl");
    const lines = Array.from({ length: 400 }, (_, i) =>
      JSON.stringify({
        custom_id: `${i}`,
        url: "/v1/completions",
        body: { prompt: [i], max_tokens: 60, mirostat: 2, return_token_ids: true },
      }),
    );
    lines[7] = "{";
    writeFileSync(input, lines.join("\n"));
    const [plain, clustered] = [join(folder, "plain.jsonl"), join(folder, "clustered.jsonl")];
    const first = await start("batch", "--max-batch", "4");
    const flags = ["--cluster", nats.url, "--cluster-name", "batch", "--json"];
    const killed = BatchProcess.start(input, clustered, flags);
    onTestFinished(() => killed.kill());
    const written = () => statSync(clustered, { throwIfNoEntry: false })?.size ?? 0;
    await expect.poll(written, { interval: 5 }).toBeGreaterThan(0);
    await Promise.all([killed.kill(), first.kill()]);
    const alone = BatchProcess.start(input, plain, source);
    await start("batch");
    const { answered, differing, verified } = await BatchProcess.start(input, clustered, [
      ...flags,
      "--verify",
      "5%",
    ]).summary();
    expect(answered).toBeLessThan(400);
    expect({ differing, verified: verified! > 0 }).toEqual({ differing: 0, verified: true });
    await alone.ended();
    expect(readFileSync(clustered, "utf8")).toBe(readFileSync(plain, "utf8"));
  }, 60_000);
});
