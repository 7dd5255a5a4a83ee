/** A host that is a program on the command line: it imports the bundle and prints the digest. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleCases } from "./bundle.ts";
import type { DigestOptions } from "./cases/digest.ts";
import type { Ran } from "./hosts.ts";

const run = promisify(execFile);

const program = (options: DigestOptions): string => `import { digest } from "./cases.js";
const { Bun, Deno, process } = globalThis;
const version = Bun ? "Bun " + Bun.version : Deno ? "Deno " + Deno.version.deno : "Node " + process.versions.node;
console.log(JSON.stringify({ version, ...(await digest(${JSON.stringify(options)})) }));
`;

export async function runInProcess(path: string, args: readonly string[], options: DigestOptions): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-host-"));
  try {
    await bundleCases(directory);
    writeFileSync(join(directory, "package.json"), '{"type":"module"}');
    writeFileSync(join(directory, "main.js"), program(options));
    const { stdout } = await run(path, [...args, join(directory, "main.js")], { cwd: directory });
    return JSON.parse(stdout) as Ran;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
