/** The tree of a vocabulary in shared memory: the first thread that needs it makes it for all. */
import type { Trie } from "../vocabulary/trie.ts";

export interface SharedTrie {
  /** What follows, and whether it is there. i32[4] */
  readonly head: Int32Array;
  /** Capacity for the nodes of all bytes. */
  readonly nodes: Int32Array;
  readonly twins: Int32Array;
}

const status = 0;
const nodeCount = 1;
const twinsLength = 2;
const depth = 3;

const [absent, writing, ready] = [0, 1, 2];

/** @param bytes of all tokens; there is no node without a byte of its own */
export function allocateTrie(bytes: number, tokens: number): SharedTrie {
  return {
    head: new Int32Array(new SharedArrayBuffer(16)),
    nodes: new Int32Array(new SharedArrayBuffer(bytes * 8)),
    twins: new Int32Array(new SharedArrayBuffer(tokens * 8)),
  };
}

/** The tree if a thread has made it. */
export function sharedTrie({ head, nodes, twins }: SharedTrie, vocabSize: number): Trie | undefined {
  if (Atomics.load(head, status) !== ready) return undefined;
  return {
    nodes: nodes.subarray(0, 2 * head[nodeCount]!),
    nodeCount: head[nodeCount]!,
    noToken: Math.ceil(vocabSize / 32) * 32,
    twins: twins.subarray(0, head[twinsLength]),
    depth: head[depth]!,
  };
}

/** Gives it to threads that come later, unless another does. */
export function shareTrie({ head, nodes, twins }: SharedTrie, trie: Trie): void {
  if (Atomics.compareExchange(head, status, absent, writing) !== absent) return;
  nodes.set(trie.nodes);
  twins.set(trie.twins);
  head[nodeCount] = trie.nodeCount;
  head[twinsLength] = trie.twins.length;
  head[depth] = trie.depth;
  Atomics.store(head, status, ready); // last: then it is read
}
