/** Calls `run` once, after what runs now, however often it is asked for until then. */
export function coalesced(run: () => void): () => void {
  let isQueued = false;
  return () => {
    if (isQueued) return;
    isQueued = true;
    queueMicrotask(() => {
      isQueued = false;
      run();
    });
  };
}
