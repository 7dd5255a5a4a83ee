/** Rows that cost nothing and allocate nothing: what is there already, one logit changed. Plain JavaScript: workers load it. */
export function createRowWriter({ memory, vocabSize }) {
  const logits = new Float32Array(memory.buffer, 0, memory.buffer.byteLength >> 2);
  return ({ rowOffsetBytes, sequenceIdLow, position }) => {
    logits[rowOffsetBytes / 4 + ((sequenceIdLow + position) % vocabSize)] = position % 8;
  };
}
