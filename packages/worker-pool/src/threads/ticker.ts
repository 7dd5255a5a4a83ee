/**
 * The pool's clock: a thread that sleeps, and wakes a host that has waited for long. A timer of the host's own would cost each
 * of its waits 12 µs, as much as several rows (Node 20, Zen 5, a virtual machine): the event loop sets the system's clock anew
 * before it sleeps. While nothing is in flight the thread sleeps without a clock.
 */
import {
  CONTROL_IMPATIENT,
  CONTROL_TICK,
  CONTROL_TICKER_ASLEEP,
  CONTROL_TICKS_WANTED,
  CONTROL_WAIT,
  CONTROL_WAKE,
} from "../memory/slab.ts";

export interface TickerSetup {
  readonly memory: WebAssembly.Memory;
  /** Byte offset of the control block. */
  readonly control: number;
  /** Time after which a host that waits for several rows is woken. */
  readonly patienceMs: number;
  /** Time between two looks of the watchdog; infinite: there is none. */
  readonly watchMs: number;
}

/** Ticks after the last row in flight, for those that come soon. */
const ticksToLinger = 50;

/** Runs until the thread is ended. */
export function runTicker({ memory, control, patienceMs, watchMs }: TickerSetup): never {
  const words = new Int32Array(memory.buffer);
  const first = control >> 2;
  const tickMs = Math.min(patienceMs, watchMs);

  const wakeHost = (): void => {
    Atomics.add(words, first + CONTROL_WAKE, 1);
    Atomics.notify(words, first + CONTROL_WAKE);
  };

  let idleTicks = 0;
  let lastWait = 0;
  let watchedMs = performance.now();
  while (true) {
    Atomics.wait(words, first + CONTROL_TICK, 0, tickMs);
    const isWanted = Atomics.load(words, first + CONTROL_TICKS_WANTED) === 1;
    idleTicks = isWanted ? 0 : idleTicks + 1;
    if (idleTicks > ticksToLinger) {
      Atomics.store(words, first + CONTROL_TICKER_ASLEEP, 1); // before the look at what is wanted, so that none is missed
      Atomics.wait(words, first + CONTROL_TICKS_WANTED, 0);
      Atomics.store(words, first + CONTROL_TICKER_ASLEEP, 0);
      idleTicks = 0;
    }
    const wait = Atomics.load(words, first + CONTROL_WAIT);
    const hasWaited = wait % 2 !== 0 && wait === lastWait;
    lastWait = wait;
    const now = performance.now();
    const isWatchDue = isWanted && now - watchedMs >= watchMs;
    if (isWatchDue) watchedMs = now;
    if (hasWaited && Atomics.load(words, first + CONTROL_IMPATIENT) !== wait) {
      Atomics.store(words, first + CONTROL_IMPATIENT, wait);
      wakeHost();
    } else if (isWatchDue) wakeHost();
  }
}
