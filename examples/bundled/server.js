// A server in one file: `node build.js` makes dist/server.js and dist/worker.js, which need no node_modules.
import { createTokenServer } from "@tokenmill/server";
import { functionSource } from "@tokenmill/sources";

// After token i the most probable one is i + 1.
const write = (row, { history }) => {
  row.fill(0);
  row[((history.at(-1) ?? 0) + 1) % row.length] = 9;
};
const server = await createTokenServer({
  source: functionSource({ vocabSize: 8, write }),
  workers: 2,
  // The file beside this one that worker.js was bundled into.
  workerUrl: new URL("./worker.js", import.meta.url),
  port: Number(process.env.PORT ?? 0),
});
console.log(server.url);
process.once("SIGTERM", () => void server.close());
