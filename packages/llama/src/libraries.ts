/**
 * Where llama.cpp's shared libraries are: in a directory that was named, or as the npm packages `@node-llama-cpp/<platform>`
 * ship them. Which release they are of decides whether they are used: the layout of its structs is known or not.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findInstalled } from "@tokenmill/contracts/runtimes";

/** Releases of llama.cpp whose struct layouts are those of `abi.ts`. */
const knownReleases: readonly string[] = ["v0.4.0", "v0.5.0"];
const packageRelease = "3.22.1";

export interface LlamaLibraries {
  readonly directory: string;
  /** Paths. */
  readonly base: string;
  readonly ggml: string;
  readonly llama: string;
}

/** The platform's npm package, by Node's names. */
const platforms: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-arm64": "mac-arm64-metal",
  "darwin-x64": "mac-x64",
  "win32-x64": "win-x64",
  "win32-arm64": "win-arm64",
};

/** @throws Error with what to install or to name where no library fits. */
export function findLibraries(directory: string | undefined): LlamaLibraries {
  const found = directory ?? packageDirectory();
  const files = listOf(found);
  const named = (stem: string): string => {
    const file = files.find((name) => new RegExp(`^(lib)?${stem}(\\.v[0-9.]+)?\\.(so|dylib|dll)$`).test(name));
    if (file === undefined)
      throw new Error(`"libraryDirectory" expected a directory with lib${stem}, got ${show(found)}`);
    return join(found, file);
  };
  const [base, ggml, llama] = ["ggml-base", "ggml", "llama"].map(named) as [string, string, string];
  checkRelease(found);
  return { directory: found, base, ggml, llama };
}

function packageDirectory(): string {
  const platform = platforms[`${process.platform}-${process.arch}`];
  if (platform === undefined) {
    throw new Error(
      `no llama.cpp libraries are packaged for ${process.platform} on ${process.arch}: name a "libraryDirectory"`,
    );
  }
  const name = `@node-llama-cpp/${platform}`;
  const main = findInstalled(name, import.meta.url);
  if (main !== undefined) return join(dirname(main), "../bins", platform);
  throw new Error(
    `GGUF models need llama.cpp's libraries, which are not installed: npm install koffi ${name}@${packageRelease}`,
  );
}

function listOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    throw new Error(`"libraryDirectory" expected a directory with llama.cpp's libraries, got ${show(directory)}`, {
      cause,
    });
  }
}

function checkRelease(directory: string): void {
  let release: unknown;
  try {
    const metadata = readFileSync(join(directory, "_nlcBuildMetadata.json"), "utf8");
    ({ release } = (
      JSON.parse(metadata) as { buildOptions: { llamaCpp: { release: unknown } } }
    ).buildOptions.llamaCpp);
  } catch (cause) {
    const expected = `"libraryDirectory" expected libraries as @node-llama-cpp ships them, with _nlcBuildMetadata.json`;
    throw new Error(`${expected}, got ${show(directory)}`, { cause });
  }
  if (knownReleases.includes(release as string)) return;
  throw new Error(
    `llama.cpp expected of release ${knownReleases.join(" or ")}, whose struct layouts are known, got ${String(release)}: npm install a @node-llama-cpp package of version ${packageRelease}`,
  );
}

function show(path: string): string {
  return JSON.stringify(path);
}
