/** Another way to sample the same rows. */

/** One setting as a peer does it. */
export interface PeerSetting {
  /** Its name in `settings.ts`. */
  readonly setting: string;
  /** Draws from row `index` with the uniform `u` in [0, 1), where the peer takes one → token id. */
  sample(index: number, u: number): number | Promise<number>;
  /** The tokens it can draw from row `index`, in any order. Absent: all, or not told. */
  kept?(index: number): readonly number[] | Promise<readonly number[]>;
  /** Draws from row `index` and tells with which log-probability. Absent: the draw is the law's inverse at `u`, by id. */
  scored?(index: number): Promise<{ id: number; logprob: number }>;
  /** How many rows a timed call samples: fewer for a slow one. */
  readonly rows: number;
}

export interface Peer {
  readonly name: string;
  /** Package version, or the engine's. */
  readonly version: string;
  readonly settings: readonly PeerSetting[];
}

/** Makes a peer for rows of one vocabulary; `rows` are the peer's own copies, which it may not change. */
export type OpenPeer = (rows: readonly Float32Array[]) => Promise<Peer>;

/** The parameters that the peers' settings share. */
export const parameters = { temperature: 0.8, topK: 40, topP: 0.9, minP: 0.05 } as const;
/** llama.cpp's default chain: these cuts in this order, then the temperature. */
export const defaultChain = { topK: 40, topP: 0.95, minP: 0.05, temperature: 0.8 } as const;
