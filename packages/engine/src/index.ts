/** @tokenmill/engine: sequences, continuous batching, stop rules, token streams and resume records. */
export { createEngine } from "./engine.ts";
export type { SequenceHandle } from "./handle.ts";
export type { Engine, EngineStats } from "./types.ts";
export { SequenceError, type SequenceErrorCode, SnapshotError, type SnapshotErrorCode } from "./errors.ts";
export type { BeamSearchOptions } from "./search/beamSearch.ts";
export type { BestOfOptions } from "./search/bestOf.ts";
export { repetitionRule, type RepetitionRule } from "./control/repetition.ts";
export { childRequests, childSequenceId, outputRequest } from "./search/childRequests.ts";
export type { Completion } from "./search/completion.ts";
export type { ChildEvent } from "./search/generateMany.ts";
export { modelRowsSource } from "./model/modelRowsSource.ts";
export { requestPatterns } from "./open/requestPatterns.ts";
export type { EngineOptions } from "./open/options.ts";
export type { SequencePhase, TokenObserver } from "./scheduler/sequence.ts";
export {
  advanceRecord,
  type CarriedState,
  type SequenceSnapshot,
  type SnapshotParams,
} from "./snapshot/sequenceSnapshot.ts";
export { engineVersion, snapshotVersion } from "./version.ts";
