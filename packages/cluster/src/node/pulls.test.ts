import { once } from "node:events";
import type { Consumer, JsMsg } from "@nats-io/jetstream";
import { expect, it } from "vitest";
import { Pulls } from "./pulls.ts";

/** What each request gets one message of, and waits without one until it is closed. */
function queueOf(names: string[]): { readonly consumer: Consumer; readonly termed: readonly string[] } {
  const termed: string[] = [];
  async function* next(closed: AbortSignal) {
    const name = names.shift();
    if (name === undefined) await once(closed, "abort");
    else yield { name, term: () => void termed.push(name) };
  }
  const fetch = async () => {
    const closed = new AbortController();
    return Object.assign(next(closed.signal), { close: async () => closed.abort() });
  };
  return { consumer: { fetch } as unknown as Consumer, termed };
}

it("a message that is no work leaves the queue, and those behind it are taken", async () => {
  const { consumer, termed } = queueOf(["a", "broken", "b"]);
  const taken: string[] = [];
  await new Promise<void>((resolve) => {
    const take = async (message: JsMsg) => {
      const { name } = message as unknown as { readonly name: string };
      if (name === "broken") throw new Error("planted");
      taken.push(name);
      if (taken.length < 2) return;
      pulls.stop();
      resolve();
    };
    const pulls = new Pulls({ consumer, capacity: 4, free: () => 4, leaseMs: 1000, take, isConnected: () => true });
    pulls.fill();
  });
  expect(taken).toEqual(["a", "b"]);
  expect(termed).toEqual(["broken"]);
});
