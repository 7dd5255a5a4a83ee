/** Structured output for one vocabulary: compiles in threads of its own, caches the images, and decides who fills masks. */
import { checkBoolean, checkInteger, checkOptions, checkString, refuse } from "@tokenmill/check";
import {
  type CompiledGrammar,
  type GrammarCompileOptions,
  type GrammarForm,
  grammarForms,
  type GrammarMatcher,
  type GrammarProvider,
  type GrammarSpec,
  type MaskFillerModule,
  type SearchCompileOptions,
  type SearchPattern,
  type TextAutomaton,
  type Tokenizer,
} from "@tokenmill/contracts";
import { GrammarEngine } from "../run/engine.ts";
import { CompileQueue, type Waiters } from "./compileQueue.ts";
import type { CompiledImage, Specification } from "./compileProtocol.ts";
import type { CompiledSearch } from "./compiledSearch.ts";
import { LeasedMatcher } from "./leasedMatcher.ts";
import { ImageCache, type ImageInUse } from "./imageCache.ts";
import { ReadImages, type SharedImage } from "./sharedImage.ts";
import type { MaskFillerOptions } from "./maskFiller.ts";
import { shareVocabulary, vocabularyOf } from "./sharedVocabulary.ts";

export interface GrammarProviderOptions {
  /** The source's tokenizer; it must have an end of text, which ends every matched output. */
  tokenizer: Tokenizer;
  /** Length of a row where it is padded beyond the tokenizer's vocabulary. Absent: the tokenizer's. */
  vocabSize?: number;
  /** Tokens that no text spells, by what grammars call them, such as `<|tool|>`. Absent: the tokenizer's. */
  specialTokens?: Readonly<Record<string, number>>;
  /**
   * Whether JSON may have up to 8 blanks between its elements, and an object its properties in any order. Absent: false, one
   * line with `", "` and `": "`, properties as the schema declares them and others after them.
   */
  anyWhitespace?: boolean;
  /** Time that a grammar may take to compile, integer in [1, 600000] milliseconds. Absent: 2000. */
  compileTimeoutMs?: number;
  /** JavaScript heap of each of the two threads that compile, integer in [2^24, 2^40] bytes. Absent: 2^28. */
  compileMemoryBytes?: number;
  /**
   * Whether threads and tables are made before the first grammar comes, not when: about 0.1 s of each thread for 50,000
   * tokens. Absent: false.
   */
  warm?: boolean;
  /** Memory for compiled grammars that are kept while nobody uses them, integer in [0, 2^40] bytes. Absent: 2^26. */
  cacheBytes?: number;
}

const names: readonly (keyof GrammarProviderOptions)[] = [
  "tokenizer",
  "vocabSize",
  "specialTokens",
  "anyWhitespace",
  "compileTimeoutMs",
  "compileMemoryBytes",
  "warm",
  "cacheBytes",
];

/** One provider serves all engines of a source. @throws TypeError, RangeError */
export function createGrammarProvider(options: GrammarProviderOptions): GrammarProvider {
  checkOptions("options", options, names, "grammar option");
  if (typeof options.tokenizer !== "object" || options.tokenizer === null) {
    refuse("tokenizer", "a tokenizer", options.tokenizer, true);
  }
  const { tokenizer, vocabSize = tokenizer.vocabSize, anyWhitespace = false } = options;
  const { specialTokens = namesOf(tokenizer) } = options;
  if (typeof specialTokens !== "object" || specialTokens === null || Array.isArray(specialTokens)) {
    refuse("specialTokens", "object of token ids by name", specialTokens, true);
  }
  const { eosTokenId } = tokenizer;
  if (eosTokenId === undefined) refuse("tokenizer", "one with an eosTokenId", eosTokenId, false);
  checkInteger("vocabSize", vocabSize, { min: tokenizer.vocabSize, max: 2 ** 24 });
  for (const [name, id] of Object.entries(specialTokens)) {
    checkInteger(`specialTokens[${JSON.stringify(name)}]`, id, { min: 0, max: vocabSize - 1 });
  }
  checkBoolean("anyWhitespace", anyWhitespace);
  const { warm = false } = options;
  checkBoolean("warm", warm);
  const { compileTimeoutMs = 2000, compileMemoryBytes = 2 ** 28, cacheBytes = 2 ** 26 } = options;
  checkInteger("compileTimeoutMs", compileTimeoutMs, { min: 1, max: 600_000 });
  checkInteger("compileMemoryBytes", compileMemoryBytes, { min: 2 ** 24, max: 2 ** 40 });
  checkInteger("cacheBytes", cacheBytes, { min: 0, max: 2 ** 40 });
  const special = new Map(Object.entries(specialTokens));
  const vocabulary = shareVocabulary(tokenizer, { vocabSize, eosTokenId, specialTokenIds: [...special.values()] });
  const eosName = tokenizer.specialTokens?.get(eosTokenId);
  const tokens = { vocabSize: tokenizer.vocabSize, eosTokenId, special, ...(eosName !== undefined && { eosName }) };
  const settings = { tokens, anyWhitespace };
  const limits = { timeMs: compileTimeoutMs, memoryBytes: compileMemoryBytes };
  const queue = new CompileQueue(settings, limits);
  if (warm) queue.warm();
  return new ThreadedProvider({ ...vocabulary, isWarm: warm }, queue, cacheBytes);
}

class ThreadedProvider implements GrammarProvider {
  readonly vocabSize: number;
  readonly eosTokenId: number;
  readonly maskFiller: MaskFillerModule;
  readonly #vocabulary: MaskFillerOptions;
  readonly #queue: CompileQueue;
  readonly #images: ImageCache;
  readonly #read = new ReadImages();
  /** For matchers on this thread. */
  #engine: GrammarEngine | undefined;

  constructor(vocabulary: MaskFillerOptions, queue: CompileQueue, cacheBytes: number) {
    this.vocabSize = vocabulary.vocabSize;
    this.eosTokenId = vocabulary.eosTokenId;
    this.maskFiller = { moduleUrl: new URL("./maskFiller.js", import.meta.url).href, options: vocabulary };
    this.#vocabulary = vocabulary;
    this.#queue = queue;
    this.#images = new ImageCache(cacheBytes);
  }

  async compile(spec: GrammarSpec, options: GrammarCompileOptions = {}): Promise<CompiledGrammar> {
    return this.#take<SharedImage>(specificationOf(spec), options);
  }

  async open(spec: GrammarSpec, options: GrammarCompileOptions = {}): Promise<GrammarMatcher> {
    // the first one's vocabulary is read while a thread compiles
    const [{ image, release }, engine] = await Promise.all([
      this.#take<SharedImage>(specificationOf(spec), options),
      this.#ownEngine(),
    ]);
    return new LeasedMatcher(engine.open(this.#read.imageOf(image)), release);
  }

  async compileSearch(
    patterns: readonly SearchPattern[],
    { param = "patterns", ...options }: SearchCompileOptions = {},
  ): Promise<TextAutomaton> {
    const { image, release } = await this.#take<CompiledSearch>(searchOf(patterns, param), options);
    release();
    return image.automaton;
  }

  async #ownEngine(): Promise<GrammarEngine> {
    return (this.#engine ??= new GrammarEngine(vocabularyOf(this.#vocabulary)));
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #take<T extends CompiledImage>(
    specification: Specification,
    { owner = "", signal }: GrammarCompileOptions,
  ): Promise<ImageInUse<T>> {
    const compile = (waiters: Waiters): Promise<CompiledImage> => this.#queue.compile(specification, owner, waiters);
    const { image, release } = await this.#images.take(`${specification.param} ${specification.spec}`, compile, signal);
    return { image: image as T, release };
  }
}

/** Special tokens by their names; the end of text has none, as it comes by itself. */
function namesOf({ specialTokens, eosTokenId }: Tokenizer): Record<string, number> {
  const named = [...(specialTokens ?? [])].filter(([id]) => id !== eosTokenId);
  return Object.fromEntries(named.map(([id, name]) => [name, id]));
}

/** @throws TypeError for what JSON has no text for */
function specificationOf(spec: GrammarSpec): Specification {
  const [param, value] = Object.entries(spec)[0] ?? [];
  if (param === undefined || !grammarForms.includes(param as GrammarForm)) {
    return refuse("spec", `one of ${grammarForms.join(", ")}`, param, true);
  }
  try {
    return { kind: "grammar", spec: JSON.stringify(spec), param };
  } catch {
    return refuse(param, "what JSON has a text for", value, true);
  }
}

/** @throws TypeError for what is no list of patterns */
function searchOf(patterns: readonly SearchPattern[], param: string): Specification {
  if (!Array.isArray(patterns) || patterns.length === 0) refuse(param, "patterns", patterns, true);
  const list = patterns.map((each: SearchPattern, i) => {
    const name = `${param}[${i}]`;
    const { pattern, ignoreCase = false } = checkOptions(name, each, ["pattern", "ignoreCase"], "pattern field");
    return { pattern: checkString(name, pattern), ignoreCase: checkBoolean(`${name}.ignoreCase`, ignoreCase) };
  });
  return { kind: "search", spec: JSON.stringify(list), param };
}
