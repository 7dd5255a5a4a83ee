/** What a batch meets: a full disk, what a killed server has left, a clock that was set back, metadata that are too long. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { begin, ended, linesOf, newFolder, start, textOf, upload } from "./testing/batches.ts";
import { answerTo, until } from "./testing/testServer.ts";

const linesIn = (text: string): string[] => text.split("\n").slice(0, -1);

it.skipIf(!existsSync("/dev/full")).each(["results.output", "json.new"])(
  "a batch whose .%s finds no space waits, and is done when there is some",
  async (suffix) => {
    const folder = newFolder();
    const { client, server } = await start(folder, { limits: { maxBatchRequests: 1 } });
    const file = await upload(client, linesOf(60, { max_tokens: 20 }));
    const { id } = await begin(client, file.id);
    const path = join(folder, "batches", `${id}.${suffix}`);
    const record = join(folder, "batches", `${id}.json`);
    await until(() => Promise.resolve(readFileSync(record, "utf8").includes('"in_progress"')), "it has begun");
    symlinkSync("/dev/full", path);
    await until(() => Promise.resolve(server.logged().includes("batch waits")), "it waits");
    expect((await client.batches.retrieve(id)).status).not.toBe("failed");
    rmSync(path, { force: true });
    const batch = await ended(client, id);
    expect(batch).toMatchObject({ status: "completed", request_counts: { total: 60, completed: 60, failed: 0 } });
    expect(linesIn(await textOf(client, batch.output_file_id!))).toHaveLength(60);
    expect((await client.files.list()).data).toHaveLength(2);
  },
);

it("what a killed server has left of uploads and ended batches is removed, and nothing else", async () => {
  const folder = newFolder();
  const first = await start(folder);
  const file = await upload(first.client, linesOf(3));
  const batch = await ended(first.client, (await begin(first.client, file.id)).id);
  await first.server.close();
  const left = "0123456789abcdef01234567";
  const plant = (...names: string[]): void => writeFileSync(join(folder, ...names), "x");
  plant("files", `part-${left}.part`);
  plant("files", `file-${left}`);
  plant("files", "notes.txt");
  plant("batches", `${batch.id}.results`);
  plant("batches", `${batch.id}.results.state`);
  const { client } = await start(folder);
  expect(await textOf(client, file.id)).toBe(linesOf(3).join("\n"));
  expect(linesIn(await textOf(client, batch.output_file_id!))).toHaveLength(3);
  const kept = [file.id, batch.output_file_id!].flatMap((id) => [id, `${id}.json`]);
  expect(readdirSync(join(folder, "files")).toSorted()).toEqual([...kept, "notes.txt"].toSorted());
  expect(readdirSync(join(folder, "batches"))).toEqual([`${batch.id}.json`]);
});

it("uploads whose clients leave in their midst leave no file", async () => {
  const folder = newFolder();
  const { server } = await start(folder);
  const [head, body] = ["content-disposition: form-data; name=", "x".repeat(50_000)];
  const form = `--b\r\n${head}"file"; filename="a"\r\n\r\n${body}\r\n--b\r\n${head}"purpose"\r\n\r\nbatch\r\n--b--\r\n`;
  const lengths = [100, 20_000, 50_000, form.length - 1];
  for (const length of lengths) {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(
      `POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=b\r\n` +
        `content-length: ${form.length}\r\n\r\n${form.slice(0, length)}`,
    );
    await until(() => readdirSync(join(folder, "files")).length > 0, "a part is there");
    socket.resetAndDestroy();
    await until(() => readdirSync(join(folder, "files")).length === 0, "it is gone");
  }
  expect(server.logged()).not.toContain('"level":50');
});

it("a batch goes on however far the clock was set back since it was made", async () => {
  const folder = newFolder();
  const first = await start(folder, { limits: { maxBatchRequests: 1 } });
  const file = await upload(first.client, linesOf(300, { max_tokens: 50 }));
  const { id } = await begin(first.client, file.id);
  await first.server.close();
  const path = join(folder, "batches", `${id}.json`);
  const expires_at = 2 * Math.floor(Date.now() / 1000);
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, "utf8")) as object), expires_at }));
  const { client } = await start(folder);
  expect((await ended(client, id)).status).toBe("completed");
});

it.each([
  [{ ["k".repeat(65)]: "x" }, '"metadata" expected names of at most 64 characters'],
  [{ key: "x".repeat(513) }, '"metadata.key" expected string of at most 512 characters'],
])("metadata are refused beyond OpenAI's lengths", async (metadata, message) => {
  const { client, server } = await start(newFolder());
  const { id: input_file_id } = await upload(client, linesOf(1));
  const batch = { input_file_id, endpoint: "/v1/completions", completion_window: "24h" };
  expect(await answerTo(server, "/v1/batches", { ...batch, metadata })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining(message) as string } },
  });
  const most = { ["k".repeat(64)]: "x".repeat(512) };
  expect(await answerTo(server, "/v1/batches", { ...batch, metadata: most })).toMatchObject({ status: 200 });
});
