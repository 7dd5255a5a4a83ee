import { expect, it, onTestFinished } from "vitest";
import { letterSource, startServer, type TestOptions } from "../testing/testServer.ts";

const source = letterSource();
const planted = new Error("planted");

it.each<[string, TestOptions]>([
  ["a source whose fingerprint cannot be taken", { source: { ...source, fingerprint: () => Promise.reject(planted) } }],
  ["a host that cannot be joined", { joinHost: () => Promise.reject(planted) }],
  ["a stage that cannot be loaded", { customStages: { planted: "data:text/javascript,export {}" } }],
])("%s ends the start, and the threads of what was opened", async (_, options) => {
  const threads: { readonly threadId: number }[] = [];
  const onWorker = (thread: { readonly threadId: number }): void => void threads.push(thread);
  process.on("worker", onWorker);
  onTestFinished(() => void process.off("worker", onWorker));
  await expect(startServer({ structuredOutput: true, ...options })).rejects.toThrow("planted");
  expect(threads.length).toBeGreaterThan(0);
  await expect.poll(() => threads.map(({ threadId }) => threadId).filter((id) => id >= 0)).toEqual([]);
});
