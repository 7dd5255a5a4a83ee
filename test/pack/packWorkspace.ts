/** Every public package of this repository as the tarball that would be published. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export interface PackedPackage {
  readonly manifest: Manifest;
  readonly fileName: string;
  readonly tarball: Buffer;
  /** Paths inside the package. */
  readonly files: readonly string[];
  read(path: string): string;
}

export const root: string = join(import.meta.dirname, "../..");

/** Packs with pnpm into the directory, which it expects to be empty. */
export function packWorkspace(directory: string): PackedPackage[] {
  const folders = ["--filter", "./packages/*", "--filter", "./apps/*"];
  execFileSync("npx", ["pnpm", "-r", ...folders, "pack", "--pack-destination", directory], {
    cwd: root,
    stdio: "pipe",
  });
  return readdirSync(directory).map((name) => readPackage(join(directory, name)));
}

function readPackage(path: string): PackedPackage {
  const list = execFileSync("tar", ["tzf", path], { encoding: "utf8" }).trim().split("\n");
  const read = (file: string): string => execFileSync("tar", ["xzOf", path, `package/${file}`], { encoding: "utf8" });
  return {
    manifest: JSON.parse(read("package.json")) as Manifest,
    fileName: basename(path),
    tarball: readFileSync(path),
    files: list.map((file) => file.replace(/^package\//, "")),
    read,
  };
}
