/**
 * `npm run hosts`: prints host × hash, and fails if two differ. Names of hosts choose some; `--install` brings what is missing
 * from npm first; `--count N` random cases instead of 20,000.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Host, hosts, hostsDirectory } from "./hosts.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { install: { type: "boolean", default: false }, count: { type: "string", default: "20000" } },
});
const wanted = hosts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (values.install) {
  install(wanted.filter(({ path }) => path === undefined));
  // Paths are looked up when the table is read.
  const args = [...process.execArgv, import.meta.filename, "--count", values.count, ...positionals];
  process.exit(spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1);
}

const hashes = new Set<string>();
console.log("| host | hash | cases |\n|---|---|--:|");
for (const host of wanted) {
  for (const variant of host.name === "this Node" ? (["simd", "scalar"] as const) : [undefined]) {
    const suffix = variant === "scalar" ? ", scalar build" : "";
    console.log(`| ${host.name}${suffix} | ${await row(host, variant)} |`);
  }
}
if (hashes.size > 1) {
  console.error(`${hashes.size} different hashes`);
  process.exitCode = 1;
}

async function row({ path, run }: Host, variant: "simd" | "scalar" | undefined): Promise<string> {
  if (path === undefined) return "not here | 0";
  const options = { count: Number(values.count), ...(variant && { variant }) };
  try {
    const { hash, cases, version } = await run(path, options);
    hashes.add(hash);
    return `${hash} (${version}) | ${cases}`;
  } catch (error) {
    hashes.add("failed");
    return `${(error as Error).message} | 0`;
  }
}

function install(missing: readonly Host[]): void {
  const wantedPackages = missing.flatMap(({ packages = {} }) =>
    Object.entries(packages).map(([name, version]) => `${name}@${version}`),
  );
  if (wantedPackages.length === 0) return;
  mkdirSync(hostsDirectory, { recursive: true });
  const flags = ["--prefix", hostsDirectory, "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
  const { status } = spawnSync("npm", ["install", ...flags, ...wantedPackages], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
