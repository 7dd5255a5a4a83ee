// Formats AssemblyScript (packages/*/assembly) with biome's TypeScript printer. biome takes `@inline function` for a
// parse error and fails on such a file, though it prints it correctly: hence stdin, and the comparison here.
// `--write` formats in place; without it, files that are not formatted are listed and the exit code is 1.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
const write = process.argv.includes("--write");

function format(source) {
  const args = [biome, "format", "--format-with-errors=true", "--stdin-file-path=assembly.ts"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { input: source, encoding: "utf8" });
  if (status !== 0 || stdout === "") throw new Error(stderr);
  return stdout;
}

const files = readdirSync("packages")
  .map((name) => join("packages", name, "assembly"))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((file) => file.endsWith(".ts"));

for (const file of files) {
  const source = readFileSync(file, "utf8");
  const formatted = format(source);
  if (formatted === source) continue;
  if (write) writeFileSync(file, formatted);
  else {
    console.error(`${file}: not formatted (npm run format)`);
    process.exitCode = 1;
  }
}
