/** A server whose source takes 200 ms for a row of some sequences, those whose prompt begins with token 0. */
import { createTokenServer } from "@tokenmill/server";
import { functionSource } from "@tokenmill/sources";

const vocabSize = 1000;
const source = functionSource({
  vocabSize,
  async write(row, { history, position }) {
    if (history[0] === 0) await new Promise((resolve) => setTimeout(resolve, 200));
    row.fill(0);
    row[position % vocabSize] = 5;
  },
});
const server = await createTokenServer({ source, structuredOutput: false });
console.log(`serving on ${server.url}`);
process.once("SIGTERM", () => void server.close().then(() => process.exit()));
