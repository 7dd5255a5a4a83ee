/** CPU time and memory of local processes, from Linux's /proc. */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";

/** Ticks of `utime` and `stime` per second: USER_HZ, 100 on every Linux port that Node runs on. */
const ticksPerSecond = 100;

export interface ProcessUsage {
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** The sum over processes and their descendants; undefined if none of them can be read. */
export function processUsage(pids: readonly number[]): ProcessUsage | undefined {
  let cpuMs = 0;
  let residentBytes = 0;
  let isAnyRead = false;
  for (const pid of new Set(pids.flatMap(withDescendants))) {
    const stat = readText(`/proc/${pid}/stat`);
    if (stat === undefined) continue;
    isAnyRead = true;
    // The command's name, in parentheses, may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    cpuMs += ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
    residentBytes += residentOf(pid);
  }
  return isAnyRead ? { cpuMs, residentBytes } : undefined;
}

/** The processes that listen on a port of this machine, as far as we may see them. */
export function listenersOf(port: number): number[] {
  const inodes = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => listeningInodes(readText(path) ?? "", port)),
  );
  if (inodes.size === 0) return [];
  return entries("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => entries(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`))))
    .map(Number);
}

function listeningInodes(table: string, port: number): string[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const isListening = state === "0A" && Number.parseInt(local?.split(":")[1] ?? "", 16) === port;
      return isListening ? [`socket:[${inode}]`] : [];
    });
}

function withDescendants(pid: number): number[] {
  const children = entries(`/proc/${pid}/task`).flatMap((task) =>
    (readText(`/proc/${pid}/task/${task}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(withDescendants)];
}

function residentOf(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`) ?? "");
  return match ? Number(match[1]) * 1024 : 0;
}

/** A process may end between two reads. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
