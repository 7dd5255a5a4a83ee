import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { DirectoryLease } from "./directoryLease.ts";

const times = { touchMs: 50, silenceMs: 600 };
const newFolder = (): string => mkdtempSync(join(tmpdir(), "tokenmill-lease-"));
const take = async (folder: string, onLost = (): void => undefined): Promise<DirectoryLease> => {
  const lease = await DirectoryLease.take(folder, onLost, times);
  onTestFinished(() => lease.release());
  return lease;
};
const leftBy = (folder: string, host: string, pid: number): string => {
  const path = join(folder, "server.json");
  writeFileSync(path, JSON.stringify({ id: "other", host, pid }));
  return path;
};
/** Its process goes on, or so it looks, until the returned function is called; its clock is a day behind. */
const keepTouching = (path: string): (() => void) => {
  const timer = setInterval(() => utimesSync(path, new Date(), Date.now() / 1000 - 86_400), times.touchMs);
  const stop = (): void => clearInterval(timer);
  onTestFinished(stop);
  return stop;
};
const pidOfTheDead = async (): Promise<number> => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
};

it("is one server's alone, until it is released", async () => {
  const folder = newFolder();
  const first = await take(folder);
  await expect(take(folder)).rejects.toThrow(
    `"files" expected a directory of this server alone: process ${process.pid} on ${hostname()} has ${JSON.stringify(folder)}`,
  );
  await first.release();
  expect(existsSync(join(folder, "server.json"))).toBe(false);
  await take(folder);
});

it("of a process that was killed is taken at once, not after a silence", async () => {
  const folder = newFolder();
  const path = leftBy(folder, hostname(), await pidOfTheDead());
  const stop = keepTouching(path);
  await take(folder);
  stop();
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
});

it("of a silent process of another machine is taken, of one that goes on is not, whatever its clock says", async () => {
  const folder = newFolder();
  const path = leftBy(folder, "elsewhere", 1);
  const stop = keepTouching(path);
  await expect(take(folder)).rejects.toThrow("process 1 on elsewhere has");
  stop();
  await take(folder);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
});

it("that another has taken meanwhile is told to be lost, once, and left to that", async () => {
  const folder = newFolder();
  let lost = 0;
  const lease = await take(folder, () => void lost++);
  const path = leftBy(folder, "elsewhere", 1);
  await expect.poll(() => lost).toBe(1);
  await sleep(200);
  await lease.release();
  expect([lost, existsSync(path)]).toEqual([1, true]);
});

it("one of several that find it left takes it", async () => {
  const folder = newFolder();
  leftBy(folder, "elsewhere", 1);
  const all = await Promise.allSettled([1, 2, 3].map(() => take(folder)));
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

it("is kept while its file cannot be read", async () => {
  const folder = newFolder();
  const path = join(folder, "server.json");
  let lost = 0;
  await take(folder, () => void lost++);
  const [mine, aside] = [readFileSync(path, "utf8"), join(folder, "aside")];
  symlinkSync(folder, aside);
  renameSync(aside, path);
  await sleep(200);
  writeFileSync(aside, mine);
  renameSync(aside, path);
  await sleep(200);
  expect(lost).toBe(0);
});
