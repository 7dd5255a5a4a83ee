/** `npm run runtimes`: installs what is missing of the runtimes that tests use and that the ordinary install leaves out. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { plainRuntimes, plainRuntimesDirectory, runtimes, runtimesDirectory } from "./runtimes.ts";

function installedVersion(directory: string, name: string): string | undefined {
  try {
    const manifest = readFileSync(join(directory, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function install(directory: string, packages: Readonly<Record<string, string>>, ...flags: string[]): void {
  const missing = Object.entries(packages).filter(([name, version]) => installedVersion(directory, name) !== version);
  if (missing.length === 0) return;
  mkdirSync(directory, { recursive: true });
  const wanted = missing.map(([name, version]) => `${name}@${version}`);
  // without scripts: they fetch libraries for graphics cards
  const always = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
  const { status } = spawnSync("npm", ["install", "--prefix", directory, ...always, ...flags, ...wanted], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode ||= status ?? 1;
}

install(runtimesDirectory, runtimes);
if (process.platform === "linux" && process.arch === "x64") {
  install(plainRuntimesDirectory, plainRuntimes, "--omit=optional");
}
