/** A server is killed in the middle of a stream; another one goes on with it. */
import { once } from "node:events";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { start } from "./helpers/tokenmill.ts";

interface Server {
  readonly url: string;
  readonly child: ChildProcessWithoutNullStreams;
}

async function serve(): Promise<Server> {
  const flags = ["--port", "0", "--json", "--source", "synthetic", "--vocab-size", "1000", "--log-level", "silent"];
  const child = start(["serve", ...flags]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, url: (JSON.parse(line.toString()) as { url: string }).url };
}

function post({ url }: Server, body: object, lastEventId?: string): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
  };
  return fetch(`${url}/v1/completions`, { method: "POST", headers, body: JSON.stringify(body) });
}

interface Event {
  readonly id: string;
  /** Choice, index and token. */
  readonly place: string;
}

/** The whole events of a response; `onEvents` is told how many there are. */
async function eventsOf(response: Response, onEvents: (count: number) => void = () => {}): Promise<Event[]> {
  let text = "";
  const blocks = (): string[] => text.split("\n\n").slice(0, -1);
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      onEvents(blocks().length);
    }
  } catch {
    // cut off
  }
  return blocks().flatMap((block) => {
    const [, id, index, json] = /^id: (\d+:(\d+).*)\ndata: (.*)$/.exec(block) ?? [];
    if (id === undefined) return [];
    const [choice] = (JSON.parse(json!) as { choices: [{ index: number; token_ids: number[] }] }).choices;
    return [{ id, place: `choice ${choice.index}, token ${index}: ${choice.token_ids.join()}` }];
  });
}

/** By choice; those of different ones come in any order. */
const sorted = (events: readonly Event[]): string[] =>
  events.map(({ place }) => place).toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }));

const request = { prompt: [1, 2, 3], max_tokens: 3000, ignore_eos: true, stream: true, return_token_ids: true };

it.each([
  ["without a seed", request],
  ["with a seed", { ...request, seed: 7 }],
  ["of several outputs", { ...request, prompt: [[1, 2], [3]], n: 2, max_tokens: 1000 }],
])("a stream %s goes on after its server was killed, with no gap, repeat or other token", async (_what, body) => {
  const first = await serve();
  const got = await eventsOf(await post(first, body), (count) => {
    if (count > 100) first.child.kill("SIGKILL");
  });
  expect(got.length).toBeGreaterThan(100);
  const second = await serve();
  // Its numbers are others than they would have been.
  await eventsOf(await post(second, { ...request, max_tokens: 1 }));
  const rest = await eventsOf(await post(second, body, got.at(-1)!.id));
  const all = await eventsOf(await post(second, body, got[0]!.id));
  const outputs = "n" in body ? 4 : 1;
  expect(got.length + rest.length).toBe(body.max_tokens * outputs);
  expect(sorted([...got, ...rest])).toEqual(sorted([got[0]!, ...all]));
  const refused = await post(second, { ...body, max_tokens: 17 }, got.at(-1)!.id);
  expect(refused.status).toBe(404);
  expect(await refused.json()).toMatchObject({ error: { param: "Last-Event-ID", code: "resume_unavailable" } });
});
