/** Each system's folder for caches. */
import { homedir } from "node:os";
import { expect, it } from "vitest";
import { cacheDirectory, cacheDirectoryOn } from "./cacheDirectory.ts";

const local = "C:\\Users\\ann\\AppData\\Local";

it.each([
  ["linux", {}, "/home/ann", "/home/ann/.cache/tokenmill"],
  ["linux", { XDG_CACHE_HOME: "/var/cache" }, "/home/ann", "/var/cache/tokenmill"],
  ["linux", { XDG_CACHE_HOME: "cache" }, "/home/ann", "/home/ann/.cache/tokenmill"],
  ["linux", { XDG_CACHE_HOME: "" }, "/home/ann", "/home/ann/.cache/tokenmill"],
  ["freebsd", {}, "/home/ann", "/home/ann/.cache/tokenmill"],
  ["darwin", {}, "/Users/ann", "/Users/ann/Library/Caches/tokenmill"],
  ["darwin", { XDG_CACHE_HOME: "/tmp/x" }, "/Users/ann", "/tmp/x/tokenmill"],
  ["win32", { LOCALAPPDATA: local }, "C:\\Users\\ann", `${local}\\tokenmill\\Cache`],
  ["win32", {}, "C:\\Users\\ann", `${local}\\tokenmill\\Cache`],
  ["win32", { XDG_CACHE_HOME: "D:\\cache" }, "C:\\Users\\ann", "D:\\cache\\tokenmill"],
] as [NodeJS.Platform, NodeJS.ProcessEnv, string, string][])("on %s with %j and home %s is %s", (...row) => {
  const [system, env, home, expected] = row;
  expect(cacheDirectoryOn(system, env, () => home)).toBe(expected);
});

it("is that of this system, environment and user", () => {
  expect(cacheDirectory()).toBe(cacheDirectoryOn(process.platform, process.env, homedir));
});
