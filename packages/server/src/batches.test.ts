/** Files and batches as OpenAI's own client sees them, and what becomes of them when the server is started again. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI, { toFile } from "openai";
import { describe, expect, it, onTestFinished } from "vitest";
import { begin, ended, linesOf, newFolder, request, start, textOf, upload } from "./testing/batches.ts";
import { answerTo, startServer, until } from "./testing/testServer.ts";

describe("files and batches", () => {
  it("are kept, listed, read and deleted; a batch's answers and its errors are files", async () => {
    const { client } = await start(newFolder());
    const lines = linesOf(40);
    lines[3] = "{";
    lines[5] = request(5, { top_p: 7 });
    const file = await upload(client, lines);
    expect(file).toMatchObject({
      object: "file",
      bytes: lines.join("\n").length,
      filename: "in.jsonl",
      purpose: "batch",
    });
    const created = await client.batches.create({
      input_file_id: file.id,
      endpoint: "/v1/completions",
      completion_window: "24h",
      metadata: { night: "1" },
    });
    expect(created).toMatchObject({ object: "batch", status: "validating", metadata: { night: "1" } });
    const batch = await ended(client, created.id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { total: 40, completed: 38, failed: 2 } });
    const output = (await textOf(client, batch.output_file_id!)).trimEnd().split("\n");
    expect(output.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(
      Array.from({ length: 40 }, (_, i) => `r${i}`).filter((name) => name !== "r3" && name !== "r5"),
    );
    expect(JSON.parse(output[0]!)).toMatchObject({
      response: { status_code: 200, body: { object: "text_completion", usage: { completion_tokens: 12 } } },
      error: null,
    });
    const errors = (await textOf(client, batch.error_file_id!)).trimEnd().split("\n");
    expect(errors.map((line) => JSON.parse(line) as object)).toMatchObject([
      { custom_id: null, response: null, error: { code: "invalid_json_line", line: 4 } },
      { custom_id: "r5", response: { status_code: 400, body: { error: { param: "top_p" } } } },
    ]);
    const names: string[] = [];
    for await (const each of client.files.list({ limit: 1 })) names.push(each.filename);
    expect(names).toEqual(["in.jsonl", `${batch.id}_output.jsonl`, `${batch.id}_error.jsonl`]);
    expect((await client.batches.list()).data.map(({ id }) => id)).toEqual([batch.id]);
    expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: "file", deleted: true });
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404, code: "file_not_found" });
  });

  it("go on after a restart, to the bytes of a run without one", async () => {
    const [folder, whole] = [newFolder(), newFolder()];
    const lines = linesOf(300, { max_tokens: 40, seed: 3 });
    const first = await start(folder, { limits: { maxBatchRequests: 2 } });
    const file = await upload(first.client, lines);
    const { id } = await begin(first.client, file.id);
    const written = (): number =>
      readdirSync(join(folder, "batches"))
        .filter((name) => name.endsWith(".results"))
        .reduce((sum, name) => sum + readFileSync(join(folder, "batches", name)).length, 0);
    await until(() => written() > 2000, "some lines are there");
    await first.server.close();
    const second = await start(folder);
    const batch = await ended(second.client, id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { total: 300, completed: 300, failed: 0 } });
    const alone = await start(whole);
    const other = await ended(alone.client, (await begin(alone.client, (await upload(alone.client, lines)).id)).id);
    // Besides the time at which each batch was made.
    const timeless = (text: string): string => text.replaceAll(/"created":\d+/g, '"created":0');
    expect(timeless(await textOf(second.client, batch.output_file_id!))).toBe(
      timeless(await textOf(alone.client, other.output_file_id!)),
    );
  });

  it("a batch that is cancelled keeps what is answered; its file can go then", async () => {
    const { client } = await start(newFolder(), { limits: { maxBatchRequests: 1 } });
    const file = await upload(client, linesOf(5000, { max_tokens: 50 }));
    const { id } = await begin(client, file.id);
    await expect(client.files.delete(file.id)).rejects.toMatchObject({ status: 409, code: "file_in_use" });
    await until(async () => (await client.batches.retrieve(id)).request_counts!.completed > 3, "some are answered");
    await client.batches.cancel(id);
    const batch = await ended(client, id);
    expect(batch.status).toBe("cancelled");
    const output = (await textOf(client, batch.output_file_id!)).trimEnd().split("\n");
    expect(output.length).toBe(batch.request_counts!.completed);
    expect(output.length).toBeLessThan(5000);
    await client.files.delete(file.id);
    await expect(client.batches.cancel(id)).rejects.toMatchObject({ status: 409, code: "batch_ended" });
  });

  it("what is not done in its time gets error lines", async () => {
    const folder = newFolder();
    const first = await start(folder, { limits: { maxBatchRequests: 1 } });
    const file = await upload(first.client, linesOf(300, { max_tokens: 50 }));
    const { id } = await begin(first.client, file.id);
    await first.server.close();
    const path = join(folder, "batches", `${id}.json`);
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, "utf8")) as object), expires_at: 1 }));
    const { client } = await start(folder);
    const batch = await ended(client, id);
    const { completed, failed } = batch.request_counts!;
    expect({ status: batch.status, all: completed + failed }).toEqual({ status: "expired", all: 300 });
    const errors = (await textOf(client, batch.error_file_id!)).trimEnd().split("\n");
    expect(errors).toHaveLength(failed);
    expect(JSON.parse(errors.at(-1)!)).toMatchObject({
      custom_id: "r299",
      response: null,
      error: { code: "batch_expired" },
    });
  });

  it("are each key's own", async () => {
    const { server } = await start(newFolder(), { apiKeys: ["one", "two"] });
    const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0 });
    const file = await upload(clientOf("one"), linesOf(1));
    const other = clientOf("two");
    expect((await other.files.list()).data).toEqual([]);
    await expect(other.files.content(file.id)).rejects.toMatchObject({ status: 404 });
    await expect(begin(other, file.id)).rejects.toMatchObject({ status: 404, code: "file_not_found" });
  });

  it("are refused beyond their size and number, for other purposes, and without a directory", async () => {
    const { client, server } = await start(newFolder(), { limits: { maxFileBytes: 1000, maxFiles: 1 } });
    await expect(upload(client, linesOf(40))).rejects.toMatchObject({ status: 413, code: "file_too_large" });
    const file = await toFile(Buffer.from("{}"), "in.jsonl");
    await expect(client.files.create({ file, purpose: "fine-tune" })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('"purpose" expected "batch", got "fine-tune"') as string,
    });
    const form = new FormData();
    form.append("porpose", "batch");
    const answer = await fetch(`${server.url}/v1/files`, { method: "POST", body: form });
    const message = 'unknown field "porpose", did you mean "purpose"?';
    expect(await answer.json()).toMatchObject({ error: { message, param: "porpose", code: "unknown_parameter" } });
    await upload(client, linesOf(1));
    await expect(upload(client, linesOf(1))).rejects.toMatchObject({ status: 429, code: "too_many_files" });
    expect(
      await answerTo(server, "/v1/batches", { input_file_id: "x", endpoint: "/v1/x", completion_window: "24h" }),
    ).toMatchObject({ status: 400, body: { error: { param: "endpoint" } } });
    const plain = await startServer();
    onTestFinished(() => plain.close());
    expect(
      await answerTo(plain, "/v1/batches", {
        input_file_id: "x",
        endpoint: "/v1/completions",
        completion_window: "24h",
      }),
    ).toMatchObject({ status: 404, body: { error: { code: "files_not_kept" } } });
  });
});
