/** Calls `run` once, after what runs now, however often it is asked for until then. @param later when; absent: before timers and sockets */
export function coalesced(run: () => void, later: (callback: () => void) => unknown = queueMicrotask): () => void {
  let isQueued = false;
  return () => {
    if (isQueued) return;
    isQueued = true;
    later(() => {
      isQueued = false;
      run();
    });
  };
}
