/**
 * The tokens' bytes as a tree in depth-first order: what tokens begin with alike is walked once, and what cannot follow is
 * skipped as a whole.
 */

/** Depth takes 10 bits, the size of a subtree 22, a token 24. */
const mostDepth = 1023;
const mostNodes = 2 ** 22 - 1;

export interface Trie {
  /**
   * Two words a node. First: token << 8 | byte, the token being `noToken` where none ends. Second: nodes under it, itself
   * too, << 10 | depth, which is 0 for first bytes. The end is a node that nothing follows. i32[2 · nodeCount]
   */
  readonly nodes: Int32Array;
  readonly nodeCount: number;
  /** The bit that nodes without a token set: one after the row's. */
  readonly noToken: number;
  /** A token in the tree and another with the same bytes, alternately. */
  readonly twins: Int32Array;
  /** Bytes of the longest token. */
  readonly depth: number;
}

/** @param tokens what can be part of a text; those longer than 1,023 bytes never are @throws RangeError */
export function buildTrie(tokens: readonly { id: number; bytes: Uint8Array }[], vocabSize: number): Trie {
  const sorted = tokens
    .filter(({ bytes }) => bytes.length > 0 && bytes.length <= mostDepth)
    .sort((a, b) => compare(a.bytes, b.bytes));
  const noToken = Math.ceil(vocabSize / 32) * 32;
  const twins: number[] = [];
  const bytesOf: number[] = [];
  const depths: number[] = [];
  const ids: number[] = [];
  const sizes: number[] = [];
  /** Nodes from the root to the last one. */
  const path: number[] = [];
  let before: { id: number; bytes: Uint8Array } | undefined;
  let depth = 0;
  const close = (length: number): void => {
    while (path.length > length) {
      const node = path.pop()!;
      sizes[node] = ids.length - node;
    }
  };
  for (const token of sorted) {
    const { id, bytes } = token;
    const shared = before ? sharedLength(before.bytes, bytes) : 0;
    if (before && shared === bytes.length && before.bytes.length === bytes.length) {
      twins.push(before.id, id);
      continue;
    }
    close(shared);
    for (let i = shared; i < bytes.length; i++) {
      path.push(ids.length);
      bytesOf.push(bytes[i]!);
      depths.push(i);
      ids.push(noToken);
    }
    ids[ids.length - 1] = id;
    depth = Math.max(depth, bytes.length);
    before = token;
  }
  close(0);
  const nodeCount = ids.length;
  if (nodeCount > mostNodes || noToken >= 2 ** 23) {
    throw new RangeError(
      `"tokenizer" expected a vocabulary of at most ${mostNodes} different beginnings, got ${nodeCount}`,
    );
  }
  const nodes = new Int32Array(nodeCount * 2);
  for (let node = 0; node < nodeCount; node++) {
    nodes[node * 2] = (ids[node]! << 8) | bytesOf[node]!;
    nodes[node * 2 + 1] = (sizes[node]! << 10) | depths[node]!;
  }
  return { nodes, nodeCount, noToken, twins: Int32Array.from(twins), depth };
}

/** Bytes before the node's own. */
export function depthOf({ nodes }: Trie, node: number): number {
  return nodes[node * 2 + 1]! & mostDepth;
}

/** A token that begins with the bytes of the node. */
export function tokenUnder({ nodes, noToken }: Trie, node: number): number {
  // the next nodes are below it as long as no token ends
  let at = node;
  while (nodes[at * 2]! >>> 8 === noToken) at++;
  return nodes[at * 2]! >>> 8;
}

/** Tokens with the bytes of another are as that one is. @param words of a mask */
export function copyToTwins({ twins }: Trie, words: Int32Array): void {
  for (let i = 0; i < twins.length; i += 2) {
    const token = twins[i]!;
    const twin = twins[i + 1]!;
    const bit = (words[token >> 5]! >>> (token & 31)) & 1;
    words[twin >> 5] = (words[twin >> 5]! & ~(1 << (twin & 31))) | (bit << (twin & 31));
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = sharedLength(a, b);
  return at === a.length || at === b.length ? a.length - b.length : a[at]! - b[at]!;
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
