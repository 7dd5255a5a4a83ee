import fc from "fast-check";
import { expect, it } from "vitest";
import { ApiError } from "../errors/apiError.ts";
import type { Client } from "./client.ts";
import { type Claim, Shares } from "./shares.ts";

const metrics = { rejected: () => undefined };
const sharesOf = (total: number, peerPercent: number, connectionPercent: number): Shares =>
  new Shares({ what: "places", total, peerPercent, connectionPercent, fullCode: "queue_full", metrics });
const client = (peer: string, connection: object = {}): Client => ({ peer, connection });

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.code} ${error.message}`;
  }
  return "none";
}

it("says whose share is full: the connection's, the peer's, the server's, or what never fits", () => {
  const shares = sharesOf(10, 50, 30);
  const first = client("a");
  shares.claim(first, 3);
  expect(refusal(() => shares.claim(first, 1))).toBe(
    "429 rate_limit_exceeded this connection has 3 of its 3 places: try again later",
  );
  shares.claim(client("a"), 2);
  expect(refusal(() => shares.claim(client("a"), 1))).toBe(
    "429 rate_limit_exceeded this client (API key, or address where there are no keys) has 5 of its 5 places: try again later",
  );
  shares.claim(client("b"), 3);
  shares.claim(client("b"), 2);
  expect(refusal(() => shares.claim(client("c"), 1))).toBe(
    "429 queue_full the server has 10 of 10 places in use: try again later",
  );
  expect(refusal(() => shares.claim(client("c"), 4))).toBe(
    "400 request_too_large places expected at most 3 for one connection, 4 were asked for",
  );
});

it("a share of one place is one place, and two connections can have both", () => {
  const shares = sharesOf(2, 75, 25);
  shares.claim(client("a"), 1);
  expect(refusal(() => shares.claim(client("a"), 1))).toBe("none");
});

it("whatever is claimed, resized and released, no limit is passed and nothing is lost", () => {
  const step = fc.record({ peer: fc.nat(2), connection: fc.nat(1), claim: fc.nat(5), size: fc.nat(12) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const shares = sharesOf(20, 60, 35);
      const clients = Array.from({ length: 6 }, (_, i) => client(`p${i >> 1}`));
      const claims = new Map<string, { claim: Claim; owner: Client }>();
      const usedBy = (one: (owner: Client) => boolean): number =>
        [...claims.values()].reduce((sum, { claim, owner }) => sum + (one(owner) ? claim.size : 0), 0);
      for (const { peer, connection, claim, size } of steps) {
        const owner = clients[2 * peer + connection]!;
        const name = `${peer}.${connection}.${claim}`;
        const entry = claims.get(name) ?? { claim: shares.claim(owner, 0), owner };
        claims.set(name, entry);
        const before = entry.claim.size;
        const fits =
          usedBy((one) => one === owner) - before + size <= 7 &&
          usedBy((one) => one.peer === owner.peer) - before + size <= 12 &&
          shares.used - before + size <= 20;
        const refused = refusal(() => entry.claim.resize(size));
        expect(entry.claim.size).toBe(refused === "none" ? size : before);
        expect(refused === "none").toBe(fits);
        expect(shares.used).toBe(usedBy(() => true));
        for (const each of clients) expect(usedBy((one) => one === each)).toBeLessThanOrEqual(7);
      }
      for (const { claim } of claims.values()) {
        claim.release();
        claim.release();
      }
      expect(shares.used).toBe(0);
    }),
  );
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("counts on after %f, which is no size", (size) => {
  const shares = sharesOf(10, 100, 100);
  const claim = shares.claim(client("a"), 4);
  expect(() => shares.claim(client("a"), size)).toThrow(`places: ${size} is no size`);
  expect(() => claim.resize(size)).toThrow(RangeError);
  expect(shares.used).toBe(4);
  expect(refusal(() => shares.claim(client("b"), 7))).toMatch(/^429 queue_full/);
  claim.release();
  expect(shares.used).toBe(0);
});
