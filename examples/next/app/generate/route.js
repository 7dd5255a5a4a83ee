// GET /generate?prompt=5: server-sent events, a token each.
import { createEngine, createEncoder, functionSource } from "tokenmill";

// After token i the most probable one is i + 1.
const write = (row, { history }) => {
  row.fill(0);
  row[((history.at(-1) ?? 0) + 1) % row.length] = 9;
};
const engine = createEngine({ source: functionSource({ vocabSize: 8, write }), workers: 2 });

export const dynamic = "force-dynamic";

export async function GET(request) {
  const prompt = [Number(new URL(request.url).searchParams.get("prompt") ?? 0)];
  const events = (await engine).stream({ prompt, maxTokens: 4, temperature: 0 });
  const encode = createEncoder("sse");
  const body = new ReadableStream({
    async start(controller) {
      for await (const event of events) controller.enqueue(encode(event));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
