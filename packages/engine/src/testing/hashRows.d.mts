export function hashRow(
  vocabSize: number,
  history: Int32Array,
  sequenceIdLow: number,
  position: number,
  write: (id: number, logit: number) => void,
): void;
