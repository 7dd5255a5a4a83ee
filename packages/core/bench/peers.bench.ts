/**
 * The settings that others have too, ours and theirs side by side over the same values: µs per row, and ratio to one plain
 * read of our rows (R). 64 distinct f32 rows are cycled through (see `rowSets.ts`); one thread each. What a peer draws and
 * keeps is checked first.
 */
import { sideBySide, type Task } from "@tokenmill/test-benchmarks";
import { openPeers } from "./peers/openPeers.ts";
import type { PeerSetting } from "./peers/peer.ts";
import { overRows, overRowSets, rowCount } from "./rowSets.ts";
import { settings } from "./settings.ts";

const uniforms = Array.from({ length: rowCount }, (_, i) => (i + 0.5) / rowCount);
let consumed = 0;

function peerTask({ sample, rows }: PeerSetting): Task {
  return {
    items: rows,
    run: async () => {
      for (let i = 0; i < rows; i++) consumed += await sample(i, uniforms[i]!);
    },
  };
}

await overRowSets(async (slab, set) => {
  const peers = await openPeers(slab.rows.map((row) => Float32Array.from(row)));
  const shared = new Set(peers.flatMap((peer) => peer.settings.map(({ setting }) => setting)));
  const tasks = [
    ...settings
      .filter(({ name }) => shared.has(name))
      .map(({ name, params }) => ({ peer: "tokenmill", name, task: overRows(slab.sampler(params)) })),
    ...peers.flatMap(({ name: peer, version, settings: ofPeer }) =>
      ofPeer.map((setting) => ({ peer: `${peer} ${version}`, name: setting.setting, task: peerTask(setting) })),
    ),
  ];
  const times = await sideBySide(new Map(tasks.map(({ task }, i) => [i.toString(), task])), overRows(slab.read));
  if (!Number.isFinite(consumed)) throw new Error("results were not used");
  return tasks.map(({ peer, name }, i) => {
    return { bench: "peers", name, at: { ...set, peer }, unit: "µs a row", ...times.get(i.toString())! };
  });
});
