// The routes of `npx tokenmill serve` below /llm: POST /llm/v1/completions and the others.
import { createFetchHandler } from "@tokenmill/server";
import { functionSource } from "tokenmill";

// After token i the most probable one is i + 1.
const write = (row, { history }) => {
  row.fill(0);
  row[((history.at(-1) ?? 0) + 1) % row.length] = 9;
};
const handler = await createFetchHandler({
  prefix: "/llm",
  source: functionSource({ vocabSize: 8, write }),
  workers: 2,
});

export const dynamic = "force-dynamic";
export const { fetch: GET, fetch: POST, fetch: DELETE } = handler;
