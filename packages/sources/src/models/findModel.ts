/** Finds a language model's files by what a user calls it: a file, a folder, or a name in the places where models are kept. */
import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export interface FoundModel {
  /** What a runtime is to open. */
  readonly path: string;
  readonly format: "gguf" | "onnx";
}

/** @throws Error naming where was looked, or between which files it is to be said */
export function findModel(name: string): FoundModel {
  const places = [name, ...placesOf(name)];
  const path = places.find((place) => statOf(place) !== undefined);
  if (path === undefined) {
    throw new Error(
      `"model" expected a file, a folder or a name of what is in ${modelDirectories().join(", ")}, got ${JSON.stringify(name)}`,
    );
  }
  return statOf(path)!.isDirectory() ? modelIn(path) : { path, format: path.endsWith(".onnx") ? "onnx" : "gguf" };
}

/** `$TOKENMILL_MODELS` (several, as in PATH), and the cache of the Hugging Face Hub. */
function modelDirectories(): string[] {
  const own = (process.env["TOKENMILL_MODELS"] ?? "").split(delimiter).filter((path) => path !== "");
  return [...own, hubDirectory()];
}

function hubDirectory(): string {
  const { HF_HUB_CACHE: hub, HF_HOME: home } = process.env;
  return hub ?? join(home ?? join(homedir(), ".cache", "huggingface"), "hub");
}

function placesOf(name: string): string[] {
  const own = modelDirectories().slice(0, -1);
  const named = own.flatMap((directory) => [join(directory, name), join(directory, `${name}.gguf`)]);
  // organisation/model is models--organisation--model/snapshots/<revision> there
  const cached = join(hubDirectory(), `models--${name.replaceAll("/", "--")}`);
  const revisions = namesIn(join(cached, "snapshots"));
  return [...named, ...mainFirst(revisions, cached).map((revision) => join(cached, "snapshots", revision))];
}

/** The revision that was fetched last as `main` is the one that is meant. */
function mainFirst(revisions: readonly string[], cached: string): readonly string[] {
  if (revisions.length < 2 || !namesIn(join(cached, "refs")).includes("main")) return revisions;
  const main = readFileSync(join(cached, "refs", "main"), "utf8").trim();
  return revisions.toSorted((a, b) => Number(b === main) - Number(a === main));
}

function modelIn(folder: string): FoundModel {
  const names = namesIn(folder);
  const files = names.filter((name) => name.endsWith(".gguf"));
  if (files.length === 1) return { path: join(folder, files[0]!), format: "gguf" };
  if (names.includes("tokenizer.json")) return { path: folder, format: "onnx" };
  const expected = "a folder with one GGUF file, or with an ONNX graph and its tokenizer.json";
  const got = files.length > 1 ? `${files.join(", ")} in ${folder}: name one` : folder;
  throw new Error(`"model" expected ${expected}, got ${got}`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
