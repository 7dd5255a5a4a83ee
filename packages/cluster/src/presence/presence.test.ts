import type { KV } from "@nats-io/kv";
import { expect, it } from "vitest";
import { ClusterError } from "../errors.ts";
import { presentIn, readReports } from "./presence.ts";

const timeout = new Error("timeout");
/** A bucket whose servers elect a leader. */
const bucket = {
  keys: () =>
    Promise.resolve(
      Object.assign(
        (async function* () {
          yield "a";
        })(),
        { stop() {} },
      ),
    ),
  get: () => Promise.reject(timeout),
} as unknown as KV;

it.each([
  ["the members", () => readReports(bucket)],
  [
    "the members, where keys are not listed either",
    () => readReports({ keys: () => Promise.reject(timeout) } as unknown as KV),
  ],
  ["one member", () => presentIn(bucket, "a")],
])("a NATS that does not answer for %s is unavailable, which whoever waits may retry", async (_, read) => {
  const error: unknown = await read().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ClusterError);
  expect(error).toMatchObject({ code: "cluster_unavailable", cause: timeout });
});
