/** What lies in the folder of an exported model: its graph, and what the other files say of it. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf } from "@tokenmill/check";
import type { ChatTemplate } from "@tokenmill/contracts";

/** JSON of unknown origin. */
type Fields = Readonly<Record<string, unknown>>;

export interface ModelFolder {
  readonly graphPath: string;
  readonly tokenizerJson: Fields;
  readonly tokenizerConfig: Fields;
  readonly eosTokenIds: readonly number[];
  /** Of training, if the folder says so. */
  readonly contextTokens: number | undefined;
  readonly chatTemplate: ChatTemplate | undefined;
}

/** As optimum, onnxruntime-genai and transformers.js name and place them. */
const graphPlaces = ["model.onnx", "onnx/model.onnx", "decoder_model_merged.onnx", "onnx/decoder_model_merged.onnx"];

/** @param path a folder, or a graph in it or in its `onnx` folder. @throws Error naming what is missing */
export function readModelFolder(path: string): ModelFolder {
  const isFile = statSync(path).isFile();
  const folder = isFile ? folderOf(path) : path;
  const tokenizerJson = readJson(folder, "tokenizer.json");
  if (tokenizerJson === undefined) refuse("a folder with tokenizer.json", folder);
  const tokenizerConfig = readJson(folder, "tokenizer_config.json") ?? {};
  const config = readJson(folder, "config.json") ?? {};
  const generation = readJson(folder, "generation_config.json") ?? {};
  const { max_position_embeddings: contextTokens } = config;
  return {
    graphPath: isFile ? path : graphIn(folder),
    tokenizerJson,
    tokenizerConfig,
    eosTokenIds: idsOf(generation["eos_token_id"]) ?? idsOf(config["eos_token_id"]) ?? [],
    contextTokens: Number.isInteger(contextTokens) ? (contextTokens as number) : undefined,
    chatTemplate: chatTemplateOf(folder, tokenizerConfig),
  };
}

function folderOf(graphPath: string): string {
  const folder = dirname(graphPath);
  return basename(folder) === "onnx" ? dirname(folder) : folder;
}

function graphIn(folder: string): string {
  const graphs = ["", "onnx"].flatMap((part) => filesIn(join(folder, part)).map((name) => join(part, name)));
  const known =
    graphPlaces.find((place) => graphs.includes(join(place))) ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (known !== undefined) return join(folder, known);
  if (graphs.length === 0) refuse("a folder with a graph (model.onnx or onnx/model.onnx)", folder);
  return refuse(`one of the graphs ${graphs.join(", ")}`, folder);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".onnx"));
  } catch {
    return [];
  }
}

function readJson(folder: string, name: string): Fields | undefined {
  const text = readText(folder, name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Fields;
  } catch (error) {
    throw new Error(`${join(folder, name)} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function readText(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function idsOf(value: unknown): readonly number[] | undefined {
  const ids = Array.isArray(value) ? value : [value];
  return ids.length > 0 && ids.every((id) => Number.isInteger(id)) ? (ids as number[]) : undefined;
}

function chatTemplateOf(folder: string, config: Fields): ChatTemplate | undefined {
  const { chat_template: given } = config;
  const named = Array.isArray(given) ? (given as Fields[]).find(({ name }) => name === "default")?.["template"] : given;
  const template = readText(folder, "chat_template.jinja") ?? named;
  if (typeof template !== "string") return undefined;
  return { template, bosToken: tokenOf(config["bos_token"]), eosToken: tokenOf(config["eos_token"]) };
}

/** A token's spelling, given as such or as an added token. */
export function tokenOf(value: unknown): string {
  if (typeof value === "string") return value;
  const content = typeof value === "object" && value !== null ? (value as Fields)["content"] : undefined;
  return typeof content === "string" ? content : "";
}

function refuse(expected: string, got: string): never {
  throw new Error(`"modelPath" expected ${expected}, got ${JSON.stringify(got)}`);
}
