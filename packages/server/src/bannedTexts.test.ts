/** Texts that outputs are not to hold, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chatOf, chats, completions, errorOf, seeded, textIn } from "./testing/requests.ts";
import { answerTo, parseSse, post, startServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ structuredOutput: true });
});
afterAll(() => server.close());

const letters = { ...seeded, max_tokens: 40, allowed_token_ids: [0, 1, 2], return_token_ids: true };
const chat = chatOf(letters);

describe.each([
  [completions, letters],
  [chats, chat],
])("%s", (path, body) => {
  it.each([
    ["banned_strings", { banned_strings: ["AB", "ca"] }, /ab|ca/],
    ["koboldcpp's name", { banned_tokens: ["bb"] }, /bb/],
    ["a regex", { banned_regex: ["a[^b]"] }, /a[^b]/],
    ["ik_llama.cpp's name", { banned_regex_case_insensitive: ["B+C"], rewind_count_max: -1 }, /b+c/],
    ["all tokens of it", { banned_strings: ["abc"], banned_n: -1 }, /abc/],
  ])("%s", async (_, fields, banned) => {
    const plain = textIn((await answerTo(server, path, body)).body);
    expect(plain).toMatch(banned);
    const { body: answer } = await answerTo(server, path, { ...body, ...fields });
    expect(textIn(answer)).not.toMatch(banned);
    expect(answer["usage"]).toMatchObject({ completion_tokens: 40 });
    const streamed = parseSse(await (await post(server, path, { ...body, ...fields, stream: true })).text());
    expect(JSON.stringify(streamed)).not.toContain("error");
  });

  it.each([
    [{ banned_strings: "ab" }, "banned_strings", '"banned_strings" expected array of strings, got "ab"'],
    [{ banned_strings: [""] }, "banned_strings[0]", '"banned_strings[0]" expected well-formed string of 1 to 4096'],
    [{ banned_regex: ["("] }, "banned_regex", "banned_regex"],
    [{ banned_n: 0, banned_strings: ["a"] }, "banned_n", '"banned_n" expected -1, or integer in [1, 16777216], got 0'],
    [{ rewind_count_max: 0 }, "rewind_count_max", '"rewind_count_max" expected -1, or integer in [1, 255], got 0'],
  ])("refuses %j", async (fields, param, message) => {
    const { status, body: answer } = await answerTo(server, path, { ...body, ...fields });
    const error = errorOf(answer);
    expect(error["message"]).toContain(message);
    expect(error["param"]).toContain(param);
    expect(status).toBe(400);
  });
});

it("patterns are refused where nobody follows them, and texts are not", async () => {
  const plain = await startServer();
  try {
    const refused = await answerTo(plain, completions, { ...letters, banned_regex: ["a"] });
    expect(errorOf(refused.body)["message"]).toMatch(/^"banned_regex" is not supported: .* has no structured output$/);
    const { status } = await answerTo(plain, completions, { ...letters, banned_strings: ["ab"] });
    expect([refused.status, status]).toEqual([400, 200]);
  } finally {
    await plain.close();
  }
});
