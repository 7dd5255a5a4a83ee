/** A peer is timed only if what it does is right: judged by a sorted row in f64. */
import { defaultChain, parameters, type Peer, type PeerSetting } from "./peer.ts";

const draws = [0.001, 0.25, 0.5, 0.75, 0.999];
/** Sums of f32 may put the last token of a nucleus in or out. */
const massTolerance = 1e-5;
/** Of a draw by sums of f32, and of a log-probability. */
const lawTolerance = 1e-3;

/** @throws Error if a setting of the peer draws or keeps other tokens than it should from row 0. */
export async function checkPeer(peer: Peer, row: Float32Array): Promise<void> {
  const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
  for (const setting of peer.settings) {
    const count = expectedCount(setting.setting, order, row);
    const fail = (expected: string, got: string): never => {
      throw new Error(`${peer.name}, ${setting.setting}: expected ${expected}, got ${got}`);
    };
    const kept = await setting.kept?.(0);
    if (kept !== undefined) {
      const isAllowed = (n: number): boolean => n >= count.least && n <= count.most;
      if (!isAllowed(kept.length)) fail(`${count.least} … ${count.most} tokens`, `${kept.length}`);
      const others = new Set(order.slice(0, kept.length));
      for (const id of kept) if (!others.delete(id)) fail(`the ${kept.length} largest logits`, `token ${id}`);
    }
    await checkDraws(setting, new Set(order.slice(0, count.most)), fail);
    if (count.least === order.length) await checkLaw(setting, row, fail);
  }
}

async function checkDraws(
  setting: PeerSetting,
  allowed: ReadonlySet<number>,
  fail: (expected: string, got: string) => never,
): Promise<void> {
  for (const u of draws) {
    const id = await setting.sample(0, u);
    if (!allowed.has(id)) fail(`one of the ${allowed.size} tokens that are left`, `token ${id}`);
  }
}

/** Whether a draw from the whole vocabulary follows the softmax at the temperature. */
async function checkLaw(
  setting: PeerSetting,
  row: Float32Array,
  fail: (expected: string, got: string) => never,
): Promise<void> {
  const max = row.reduce((a, b) => Math.max(a, b));
  const weights = Float64Array.from(row, (logit) => Math.exp((logit - max) / parameters.temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  if (setting.scored) {
    const { id, logprob } = await setting.scored(0);
    const expected = Math.log(weights[id]! / total);
    if (Math.abs(logprob - expected) > lawTolerance) fail(`ln p = ${expected} of token ${id}`, `${logprob}`);
    return;
  }
  for (const u of draws) {
    const id = await setting.sample(0, u);
    const below = weights.subarray(0, id).reduce((a, b) => a + b, 0) / total;
    const upTo = below + weights[id]! / total;
    if (u < below - lawTolerance || u > upTo + lawTolerance) fail(`the token at u = ${u}`, `${below} … ${upTo}`);
  }
}

/** How many of the largest a setting keeps, within the tolerance. */
function expectedCount(setting: string, order: readonly number[], row: Float32Array): { least: number; most: number } {
  const exactly = (count: number): { least: number; most: number } => ({ least: count, most: count });
  const weights = order.map((id) => Math.exp(row[id]! - row[order[0]!]!));
  const nucleus = (of: readonly number[], p: number): { least: number; most: number } => {
    const total = of.reduce((a, b) => a + b, 0);
    return { least: prefix(of, (p - massTolerance) * total), most: prefix(of, (p + massTolerance) * total) };
  };
  switch (setting) {
    case "greedy":
      return exactly(1);
    case "full vocabulary, T 0.8":
      return exactly(order.length);
    case "top-k 40":
      return exactly(parameters.topK);
    case "min-p 0.05":
      return exactly(weights.filter((weight) => weight >= parameters.minP).length);
    case "top-p 0.9":
      return nucleus(weights, parameters.topP);
    case "llama.cpp default chain": {
      const { least, most } = nucleus(weights.slice(0, defaultChain.topK), defaultChain.topP);
      const above = weights.filter((weight) => weight >= defaultChain.minP).length;
      return { least: Math.min(least, above), most: Math.min(most, above) };
    }
    default:
      throw new RangeError(`"setting" expected one that peers are checked for, got "${setting}"`);
  }
}

/** How many weights, largest first, reach the mass. */
function prefix(descending: readonly number[], mass: number): number {
  let sum = 0;
  const last = descending.findIndex((weight) => (sum += weight) >= mass);
  return last < 0 ? descending.length : last + 1;
}
