/** `npm run runtimes`: installs what is missing of the runtimes that tests use and that the ordinary install leaves out. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runtimes, runtimesDirectory } from "./runtimes.ts";

function installedVersion(name: string): string | undefined {
  try {
    const manifest = readFileSync(join(runtimesDirectory, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return undefined;
  }
}

const missing = Object.entries(runtimes).filter(([name, version]) => installedVersion(name) !== version);
if (missing.length > 0) {
  mkdirSync(runtimesDirectory, { recursive: true });
  const wanted = missing.map(([name, version]) => `${name}@${version}`);
  // without scripts: they fetch libraries for graphics cards
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
  const { status } = spawnSync("npm", ["install", "--prefix", runtimesDirectory, ...flags, ...wanted], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
