/**
 * A directory that is one server's alone: a file in it says whose, and is touched as long as that is there, so that servers of
 * other machines and containers that share the directory see it too. What a server that was killed has left is taken.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { refuseBecause } from "@tokenmill/check";
import { isAnother } from "./isAnother.ts";

interface Holder {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

export interface LeaseTimes {
  /** Between two touches. */
  readonly touchMs: number;
  /** Silence after which a holder is gone. */
  readonly silenceMs: number;
}

const defaultTimes: LeaseTimes = { touchMs: 1000, silenceMs: 5000 };
const pollMs = 100;

export class DirectoryLease {
  readonly #path: string;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;
  #touching: Promise<void> = Promise.resolve();

  private constructor(path: string, id: string, touchMs: number, onLost: () => void) {
    this.#path = path;
    this.#id = id;
    this.#timer = setInterval(() => void (this.#touching = this.#touch(onLost)), touchMs);
    this.#timer.unref();
  }

  /**
   * @param onLost called once when another server has taken the directory, which one that was held still does not know
   * @throws RangeError where another server has it, the file system's errors
   */
  static async take(directory: string, onLost: () => void, times: LeaseTimes = defaultTimes): Promise<DirectoryLease> {
    const path = join(directory, "server.json");
    const mine: Holder = { id: randomUUID(), host: hostname(), pid: process.pid };
    await mkdir(directory, { recursive: true });
    for (let settleMs = 0; ; settleMs = 2 * pollMs) {
      try {
        await writeFile(path, JSON.stringify(mine), { flag: "wx" });
        // Another one that found the same left may have removed this one's.
        await sleep(settleMs);
        if ((await holderOf(path))?.id === mine.id) return new DirectoryLease(path, mine.id, times.touchMs, onLost);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = await holderOf(path);
      if (holder && !(await isGone(path, holder, times))) {
        const who = `process ${holder.pid} on ${holder.host}`;
        refuseBecause(
          "files",
          `expected a directory of this server alone: ${who} has ${JSON.stringify(directory)}`,
          false,
        );
      }
      if (!holder || (await holderOf(path))?.id === holder.id) await rm(path, { force: true });
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#touching;
    if ((await holderOf(this.#path))?.id === this.#id) await rm(this.#path, { force: true });
  }

  async #touch(onLost: () => void): Promise<void> {
    try {
      const holder = JSON.parse(await readFile(this.#path, "utf8")) as Holder;
      if (holder.id === this.#id) return await utimes(this.#path, new Date(), new Date());
    } catch (error) {
      // What cannot be read for the moment, for lack of file handles say, is nobody else's for that.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return;
    }
    clearInterval(this.#timer);
    onLost();
  }
}

/** Undefined: there is none, or what is there cannot be read. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

async function isGone(path: string, { host, pid }: Holder, { silenceMs }: LeaseTimes): Promise<boolean> {
  // In another container the number may be this process's own.
  if (host === hostname() && pid !== process.pid && !isAnother(pid)) return true;
  const touchedMs = async (): Promise<number> => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
  const first = await touchedMs();
  // By its own clock: that of the machine that touches it may be another.
  for (let waitedMs = 0; waitedMs < silenceMs; waitedMs += pollMs) {
    await sleep(pollMs);
    if ((await touchedMs()) !== first) return false;
  }
  return true;
}
