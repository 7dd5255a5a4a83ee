/** The peers that can be had on this machine, each judged before it is timed. */
import { checkPeer } from "./check.ts";
import { installPeers } from "./installed.ts";
import { openOnnxRuntime } from "./onnxRuntime.ts";
import type { Peer } from "./peer.ts";
import { openPlainJs } from "./plainJs.ts";
import { openTransformersJs } from "./transformersJs.ts";

/** Plain JavaScript and, unless they cannot be installed (which is said on stderr), the peers from npm. */
export async function openPeers(rows: readonly Float32Array[]): Promise<Peer[]> {
  const problem = installPeers();
  if (problem !== undefined) console.error(`without onnxruntime-node and transformers.js: ${problem}`);
  const openers = problem === undefined ? [openPlainJs, openOnnxRuntime, openTransformersJs] : [openPlainJs];
  const peers = await Promise.all(openers.map((open) => open(rows)));
  for (const peer of peers) await checkPeer(peer, rows[0]!);
  return peers;
}
