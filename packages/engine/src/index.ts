/** @tokenmill/engine: sequences, continuous batching, stop rules, token streams and resume records. */
export { createEngine } from "./engine.ts";
export type { Engine, EngineStats, SequenceHandle } from "./types.ts";
export { SequenceError, type SequenceErrorCode, SnapshotError, type SnapshotErrorCode } from "./errors.ts";
export type { BeamSearchOptions } from "./many/beamSearch.ts";
export type { BestOfOptions } from "./many/bestOf.ts";
export { childRequests, childSequenceId, outputRequest } from "./many/childRequests.ts";
export type { Completion } from "./many/completion.ts";
export type { ChildEvent } from "./many/generateMany.ts";
export { modelRowsSource } from "./model/modelRowsSource.ts";
export type { EngineOptions } from "./options.ts";
export type { SequencePhase, TokenObserver } from "./scheduler/sequence.ts";
export type { SequenceSnapshot, SnapshotParams } from "./snapshot/sequenceSnapshot.ts";
export { engineVersion, snapshotVersion } from "./version.ts";
