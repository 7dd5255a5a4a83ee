import type { KV, KvEntry } from "@nats-io/kv";
import { expect, it } from "vitest";
import { checkIdentity } from "./identity.ts";

const mine = { identity: "a", description: "model a" };
/** What a bucket has, before and after somebody wants to write there; it takes nothing. */
const fullBucket = (before: object | undefined, after: object | undefined): KV => {
  let stands = before;
  return {
    get: () => Promise.resolve((stands ?? null) as KvEntry | null),
    create: () => {
      stands = after;
      return Promise.reject(new Error("full"));
    },
  } as unknown as KV;
};
const put = (value: object) => ({ operation: "PUT", json: () => value });

it.each([undefined, { operation: "DEL" }, { operation: "PURGE" }])(
  "a NATS that takes no identity is unavailable, where %j stands",
  async (stands) => {
    await expect(checkIdentity(fullBucket(stands, stands), mine, "c")).rejects.toMatchObject({
      code: "cluster_unavailable",
      cause: { message: "full" },
    });
  },
);

it("where another process is first, its identity counts", async () => {
  await checkIdentity(fullBucket(undefined, put(mine)), mine, "c");
  const theirs = fullBucket({ operation: "DEL" }, put({ identity: "b", description: "model b" }));
  await expect(checkIdentity(theirs, mine, "c")).rejects.toMatchObject({
    code: "cluster_mismatch",
    message: 'the cluster "c" is of model b, and this process of model a: give it another cluster name',
  });
});
