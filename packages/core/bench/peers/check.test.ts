import { describe, expect, it } from "vitest";
import { fillRow } from "../rows.ts";
import { checkPeer } from "./check.ts";
import type { Peer, PeerSetting } from "./peer.ts";
import { openPlainJs } from "./plainJs.ts";

const kinds = ["peaked", "gaussian", "flat"] as const;

function rowOf(kind: (typeof kinds)[number]): Float32Array {
  const row = new Float32Array(5000);
  fillRow(row, kind, 3);
  return row;
}

/** Plain JS with one setting replaced. */
async function planted(row: Float32Array, change: Partial<PeerSetting> & { setting: string }): Promise<Peer> {
  const peer = await openPlainJs([row]);
  const settings = peer.settings.map((one) => (one.setting === change.setting ? { ...one, ...change } : one));
  return { ...peer, settings };
}

describe("checkPeer", () => {
  it.each(kinds)("finds plain JS right on a %s row", async (kind) => {
    const row = rowOf(kind);
    await expect(checkPeer(await openPlainJs([row]), row)).resolves.toBeUndefined();
  });

  const row = rowOf("gaussian");
  const best = row.indexOf(row.reduce((a, b) => Math.max(a, b)));
  it.each<[string, Partial<PeerSetting> & { setting: string }]>([
    ["a greedy draw of another token", { setting: "greedy", sample: () => best + 1 }],
    [
      "a top-k that keeps 39",
      { setting: "top-k 40", kept: () => [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 39) },
    ],
    ["a top-k with a token too small", { setting: "top-k 40", kept: () => [...row.keys()].slice(0, 40) }],
    ["a draw that ignores the temperature", { setting: "full vocabulary, T 0.8", sample: () => best }],
    ["a top-p that keeps everything", { setting: "top-p 0.9", kept: () => [...row.keys()] }],
    ["a min-p that keeps one", { setting: "min-p 0.05", kept: () => [best] }],
    [
      "a log-probability that is off",
      { setting: "full vocabulary, T 0.8", scored: async () => ({ id: best, logprob: -1 }) },
    ],
  ])("refuses %s", async (_, change) => {
    await expect(checkPeer(await planted(row, change), row)).rejects.toThrow(`plain JS, ${change.setting}: expected`);
  });
});
