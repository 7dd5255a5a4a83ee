/** Bodies of `/v1/files` that are no form with one file, and files that batches cannot have. */
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerTo, startServer, type TestServer } from "./testing/testServer.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenmill-uploads-"));
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ files: folder });
});
afterAll(() => server.close());

const part = (name: string, content: string, file = ""): string =>
  `--b\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
const purpose = part("purpose", "batch");
const file = part("file", "{}", '; filename="a"');
const refusalOf = async (body: string): Promise<unknown> => {
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const answer = await fetch(`${server.url}/v1/files`, { method: "POST", headers, body });
  const { error } = (await answer.json()) as { error?: { message: string; param: string | null } };
  return [answer.status, error?.param, error?.message];
};

it.each<[string, string, (string | null)[]]>([
  [
    "ends inside its file",
    `${purpose}${file}`,
    [null, "the body expected multipart/form-data, and ends early or is damaged"],
  ],
  [
    "ends inside a field",
    '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nba',
    [null, "the body expected multipart/form-data, and ends early or is damaged"],
  ],
  ["has two files", `${purpose}${file}${file}--b--`, ["file", '"file" expected one file, got more']],
  ["has no file", `${purpose}--b--`, ["file", '"file" is missing']],
  [
    "has another field",
    `${purpose}${part("purpos", "x")}${file}--b--`,
    ["purpos", 'unknown field "purpos", did you mean "purpose"?'],
  ],
  [
    "has a long purpose",
    `${part("purpose", "p".repeat(900))}${file}--b--`,
    ["purpose", `"purpose" expected "batch", got "${"p".repeat(57)}..."`],
  ],
])("a body that %s is 400, and leaves nothing", async (_, body, [param, message]) => {
  expect(await refusalOf(body)).toEqual([400, param, message]);
  expect(readdirSync(join(folder, "files"))).toEqual([]);
});

it("a batch names its own field of a file that is not there", async () => {
  const wanted = { input_file_id: "f".repeat(900), endpoint: "/v1/completions", completion_window: "24h" };
  const { status, body } = await answerTo(server, "/v1/batches", wanted);
  expect(status).toBe(404);
  expect(body).toMatchObject({ error: { param: "input_file_id", message: `there is no file "${"f".repeat(57)}..."` } });
});

it("a long name of a model is not repeated whole", async () => {
  const { status, body } = await answerTo(server, "/v1/completions", { model: "m".repeat(9000), prompt: "a" });
  expect([status, JSON.stringify(body).length < 300]).toEqual([404, true]);
});
