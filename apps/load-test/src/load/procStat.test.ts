import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { listenersOf, processUsage } from "./procStat.ts";

describe.skipIf(process.platform !== "linux")("local processes", () => {
  it("are found by the port they listen on", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(listenersOf(port)).toEqual([process.pid]);
    await new Promise((resolve) => server.close(resolve));
    expect(listenersOf(port)).toEqual([]);
  });

  it("tell the CPU time that process.cpuUsage tells, within 100 ms, and more than 10 MB", () => {
    const end = performance.now() + 100;
    while (performance.now() < end);
    const { user, system } = process.cpuUsage();
    const usage = processUsage([process.pid, process.pid])!;
    expect(Math.abs(usage.cpuMs - (user + system) / 1000)).toBeLessThan(100);
    expect(usage.residentBytes).toBeGreaterThan(1e7);
  });

  it("that are gone have no usage", () => {
    expect(processUsage([2 ** 22 + 1])).toBeUndefined();
  });
});
