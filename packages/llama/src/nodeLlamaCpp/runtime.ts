/** node-llama-cpp: where it is installed, and what is used of it. Its declarations are installed with it by those who have it. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { findInstalled } from "@tokenmill/contracts/runtimes";

/** Since 3.22 it tells what all logits of a row weigh. */
const firstVersion = [3, 22] as const;
const testedVersion = "3.22.1";

export interface RowWanted {
  readonly generateNext: {
    readonly logits: { readonly filter: { readonly tokens: readonly number[]; readonly includeTop: number } };
    readonly totalLogitWeight: true;
  };
}

/** Largest logits first. */
export interface RowGiven {
  readonly next: { readonly logits: ReadonlyMap<number, number>; readonly totalLogitWeight: number };
}

export interface Sequence {
  /** Tokens that it holds. */
  readonly nextTokenIndex: number;
  eraseContextTokenRanges(ranges: readonly { readonly start: number; readonly end: number }[]): Promise<void>;
  clearHistory(): Promise<void>;
  controlledEvaluate(
    input: readonly (number | readonly [number, RowWanted])[],
  ): Promise<readonly (RowGiven | undefined)[]>;
}

export interface RuntimeModel {
  readonly trainContextSize: number;
  readonly fileInfo: {
    readonly metadata: {
      readonly tokenizer: {
        readonly ggml: { readonly model: string; readonly tokens: readonly string[] };
        readonly chat_template?: string;
      };
    };
  };
  readonly tokens: {
    readonly bos: number | null;
    readonly eos: number | null;
    readonly bosString: string | null;
    readonly eosString: string | null;
    readonly shouldPrependBosToken: boolean;
  };
  tokenize(text: string, specialTokens: boolean): readonly number[];
  isEogToken(tokenId: number): boolean;
  getTokenAttributes(tokenId: number): TokenAttributes;
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
  /** Its contexts with it. */
  dispose(): Promise<void>;
}

interface TokenAttributes {
  readonly unknown: boolean;
  readonly control: boolean;
  readonly userDefined: boolean;
  readonly unused: boolean;
}

export interface Runtime {
  loadModel(options: { readonly modelPath: string; readonly gpuLayers: 0 }): Promise<RuntimeModel>;
  dispose(): Promise<void>;
}

interface RuntimeModule {
  getLlama(options: object): Promise<Runtime>;
}

/**
 * @param directory that has it in its node_modules; absent: this package's and the working directory's are looked through
 * @throws Error with the command that installs it
 */
export async function openRuntime(directory: string | undefined, threads: number): Promise<Runtime> {
  const entry = findInstalled("node-llama-cpp", import.meta.url, directory);
  if (entry === undefined)
    throw new Error(`the runtime "node-llama-cpp" needs a package that is not installed: ${installCommand}`);
  checkVersion(entry);
  const { getLlama } = (await import(pathToFileURL(entry).href)) as RuntimeModule;
  return getLlama({ gpu: false, build: "never", progressLogs: false, logLevel: "error", maxThreads: threads });
}

function checkVersion(entry: string): void {
  const { version } = JSON.parse(readFileSync(join(dirname(entry), "../package.json"), "utf8")) as { version: string };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major === firstVersion[0] && minor >= firstVersion[1]) return;
  throw new Error(
    `node-llama-cpp expected of version ${firstVersion.join(".")} or later, got ${version}: ${installCommand}`,
  );
}

const installCommand = `npm install node-llama-cpp@${testedVersion}`;
