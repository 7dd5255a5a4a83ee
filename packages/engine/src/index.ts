/** @tokenmill/engine: sequences, continuous batching, stop rules, token streams and resume records. */
export { createEngine, type Engine, type EngineStats, type SequenceHandle } from "./engine.ts";
export { SequenceError, type SequenceErrorCode, SnapshotError, type SnapshotErrorCode } from "./errors.ts";
export type { EngineOptions } from "./options.ts";
export type { SequencePhase, TokenObserver } from "./scheduler/sequence.ts";
export type { SequenceSnapshot, SnapshotParams } from "./snapshot/sequenceSnapshot.ts";
export { engineVersion, snapshotVersion } from "./version.ts";
