/** The command as a process: results in order, the same however often it is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const program = join(import.meta.dirname, "../../bin/tokenmill.js");
const folder = mkdtempSync(join(tmpdir(), "tokenmill-batch-"));
const input = join(folder, "requests.jsonl");
const bodyOf = (i: number) => ({ prompt: [i % 90, 1], max_tokens: 40, temperature: 0.9, return_token_ids: true });
const lines = Array.from({ length: 300 }, (_, i) =>
  JSON.stringify({ custom_id: `r${i}`, method: "POST", url: "/v1/completions", body: bodyOf(i) }),
);
lines[3] = "{";
lines[4] = JSON.stringify({ custom_id: "hot", url: "/v1/completions", body: { prompt: [1], top_p: 7 } });
lines[5] = JSON.stringify({ custom_id: "lost", url: "/v1/embeddings", body: {} });
lines.splice(10, 0, "");
writeFileSync(input, lines.join("\n"));

function batch(output: string, ...flags: string[]): ChildProcess {
  const args = [input, "--output", output, "--source", "synthetic", "--vocab-size", "100", "--workers", "1", ...flags];
  const child = spawn(process.execPath, [program, "batch", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const texts = { stdout: "", stderr: "" };
  child.stdout!.on("data", (chunk: Buffer) => (texts.stdout += chunk));
  child.stderr!.on("data", (chunk: Buffer) => (texts.stderr += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

describe("tokenmill batch", () => {
  const whole = join(folder, "whole.jsonl");

  it("answers every line in order, bad ones with what is wrong", async () => {
    const { code, stdout } = await ended(batch(whole, "--verify", "20", "--json"));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ done: 300, answered: 300, failed: 3, differing: 0 });
    expect((JSON.parse(stdout) as { verified: number }).verified).toBeGreaterThan(20);
    const results = readFileSync(whole, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(results.map(({ custom_id: id }) => id)).toEqual(
      Array.from({ length: 300 }, (_, i) => [null, "hot", "lost"][i - 3] ?? (i === 3 ? null : `r${i}`)),
    );
    expect(results[3]).toMatchObject({ response: null, error: { code: "invalid_json_line", line: 4 } });
    expect(results[4]).toMatchObject({
      response: { status_code: 400, body: { error: { param: "top_p" } } },
      error: null,
    });
    const wrongUrl = '"url" expected /v1/completions or /v1/chat/completions, got "/v1/embeddings"';
    expect(results[5]).toMatchObject({ error: { message: wrongUrl } });
    expect(results[6]).toMatchObject({ response: { status_code: 200, body: { usage: { completion_tokens: 40 } } } });
    expect(sizeOf(`${whole}.state`)).toBe(0);
  });

  it("goes on after kill -9 and half a line, to the same bytes; refuses results of something else", async () => {
    const output = join(folder, "killed.jsonl");
    const killed = batch(output, "--concurrency", "2");
    await expect.poll(() => sizeOf(output), { interval: 2 }).toBeGreaterThan(10_000);
    killed.kill("SIGKILL");
    await once(killed, "close");
    const left = readFileSync(output);
    expect(left.length).toBeLessThan(sizeOf(whole));
    writeFileSync(output, left.subarray(0, -7));
    for (const other of [
      ["--seed", "9"],
      ["--vocab-size", "120"],
    ]) {
      const refused = { code: 2, stderr: expect.stringContaining("--overwrite begins anew") as string };
      expect(await ended(batch(output, ...other))).toMatchObject(refused);
    }
    const { code, stdout } = await ended(batch(output, "--json"));
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { answered: number }).answered).toBeLessThan(300);
    expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
    expect((await ended(batch(output))).code).toBe(2);
  }, 60_000);
});
