/** A search as it comes from a compile thread. */
import type { TextAutomaton } from "@tokenmill/contracts";

export interface CompiledSearch {
  readonly automaton: TextAutomaton;
  readonly sizeBytes: number;
}

export function compiledSearch(automaton: TextAutomaton): CompiledSearch {
  const sizeBytes = Object.values(automaton).reduce((sum, { byteLength }: ArrayBufferView) => sum + byteLength, 0);
  return { automaton, sizeBytes };
}

/** What of an answer's image moves to who asked, instead of being copied there. */
export function movedBuffers(image: object | undefined): ArrayBuffer[] {
  if (!image || !("automaton" in image)) return [];
  return Object.values((image as CompiledSearch).automaton).map(({ buffer }: { buffer: ArrayBuffer }) => buffer);
}
