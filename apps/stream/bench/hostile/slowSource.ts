/** A server whose source takes 200 ms for a row of some sequences, those whose prompt begins with token 0. */
import { functionSource } from "@tokenmill/sources";
import { pino } from "pino";
import { createTokenServer } from "../../src/serve/createTokenServer.ts";
import { defaultLimits } from "../../src/serve/options.ts";

const vocabSize = 1000;
const source = functionSource({
  vocabSize,
  async write(row, { history, position }) {
    if (history[0] === 0) await new Promise((resolve) => setTimeout(resolve, 200));
    row.fill(0);
    row[position % vocabSize] = 5;
  },
});
const server = await createTokenServer({
  source,
  host: "127.0.0.1",
  port: 0,
  apiKeys: [],
  allowedOrigins: [],
  structuredOutput: false,
  customStages: {},
  sampleWorkers: 1,
  limits: defaultLimits,
  log: pino({ level: "silent" }),
});
console.log(`serving on ${server.url}`);
process.once("SIGTERM", () => void server.close().then(() => process.exit()));
