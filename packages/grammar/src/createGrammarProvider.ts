/** Structured output by XGrammar, regular expressions by automata: compiled once and matched token by token. */
import type { GrammarMatcher, GrammarProvider, GrammarSpec, Tokenizer } from "@tokenmill/core";
import { checkBoolean, checkInteger, checkOptions, messageOf, refuse, refuseBecause } from "@tokenmill/check";
import { type Binding, createBinding, type Handle } from "./binding.ts";
import { byteLevel } from "./byteLevel.ts";
import { CompiledGrammars } from "./compiledGrammars.ts";
import { jsonSchemaGrammar, markSchema } from "./jsonSchemaGrammar.ts";
import { Matcher } from "./matcher.ts";
import { RegexGrammars } from "./regex/regexGrammars.ts";
import { type MakeGrammar, Sandbox } from "./sandbox.ts";
import { unenforced } from "./unenforced.ts";

export interface GrammarProviderOptions {
  /** The source's tokenizer; it must have an end of text, which ends every matched output. */
  tokenizer: Tokenizer;
  /** Length of a row where it is padded beyond the tokenizer's vocabulary. Absent: the tokenizer's. */
  vocabSize?: number;
  /**
   * Whether JSON may have any white space between its elements. It has no bound, so that a source without a sense for
   * JSON may never come to an end. Absent: false, one line with `", "` and `": "`.
   */
  anyWhitespace?: boolean;
  /** Compiled grammars that are kept while nobody uses them, integer ≥ 0. Absent: 256. */
  cacheSize?: number;
}

/**
 * Loads XGrammar and tells it the vocabulary (r50k: 0.2 to 0.4 s), once for all engines and sequences. Compiling a schema
 * takes the calling thread about 12 ms for each character that its longest string may have; equal ones are compiled once.
 * @throws TypeError, RangeError
 */
export async function createGrammarProvider(options: GrammarProviderOptions): Promise<GrammarProvider> {
  checkOptions("options", options, ["tokenizer", "vocabSize", "anyWhitespace", "cacheSize"], "grammar option");
  if (typeof options.tokenizer !== "object" || options.tokenizer === null) {
    refuse("tokenizer", "a tokenizer", options.tokenizer, true);
  }
  const { tokenizer, vocabSize = tokenizer.vocabSize, anyWhitespace = false, cacheSize = 256 } = options;
  const { eosTokenId } = tokenizer;
  if (eosTokenId === undefined) refuse("tokenizer", "one with an eosTokenId", eosTokenId, false);
  checkInteger("vocabSize", vocabSize, { min: tokenizer.vocabSize, max: 2 ** 24 });
  checkBoolean("anyWhitespace", anyWhitespace);
  checkInteger("cacheSize", cacheSize, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const [binding, sandbox] = await Promise.all([createBinding(() => {}), Sandbox.create()]);
  return new XGrammarProvider(binding, sandbox, { tokenizer, eosTokenId, vocabSize, anyWhitespace, cacheSize });
}

class XGrammarProvider implements GrammarProvider {
  readonly vocabSize: number;
  readonly eosTokenId: number;
  readonly #binding: Binding;
  readonly #sandbox: Sandbox;
  readonly #compile: (grammar: Handle) => Handle;
  readonly #anyWhitespace: boolean;
  readonly #compiled: CompiledGrammars;
  readonly #regexes: RegexGrammars;

  constructor(
    binding: Binding,
    sandbox: Sandbox,
    {
      tokenizer,
      eosTokenId,
      vocabSize,
      anyWhitespace,
      cacheSize,
    }: Required<GrammarProviderOptions> & { eosTokenId: number },
  ) {
    this.vocabSize = vocabSize;
    this.eosTokenId = eosTokenId;
    this.#binding = binding;
    this.#sandbox = sandbox;
    this.#anyWhitespace = anyWhitespace;
    this.#compiled = new CompiledGrammars(cacheSize);
    this.#regexes = new RegexGrammars({ tokenizer, eosTokenId, vocabSize, cacheSize });
    const texts = Array.from({ length: tokenizer.vocabSize }, (_, id) => byteLevel(tokenizer.tokenBytes(id)));
    const vocab = binding.vecStringFromJSArray(texts);
    const stops = binding.vecIntFromJSArray([eosTokenId]);
    const info = new binding.TokenizerInfo(vocab, "BYTE_LEVEL", vocabSize, stops, false);
    const compiler = new binding.GrammarCompiler(info, 1, false);
    this.#compile = (grammar) => compiler.CompileGrammar(grammar);
  }

  open(spec: GrammarSpec): GrammarMatcher {
    if ("regex" in spec) return this.#regexes.open(spec.regex);
    const [text, make] = "jsonSchema" in spec ? this.#jsonSchema(spec.jsonSchema) : ebnf(spec.grammar);
    const { handle, release } = this.#compiled.take(text, () => {
      const fault = this.#sandbox.fault(make);
      const [name, what] = "jsonSchema" in spec ? ["jsonSchema", "a JSON schema"] : ["grammar", "an EBNF grammar"];
      if (fault !== undefined) refuseBecause(name, `expected ${what} that XGrammar can follow: ${fault}`, false);
      const grammar = make(this.#binding);
      const compiled = this.#compile(grammar);
      grammar.delete();
      return compiled;
    });
    return new Matcher(this.#binding, handle, this.vocabSize, release);
  }

  #jsonSchema(given: unknown): [string, MakeGrammar] {
    const schema = parseSchema(given);
    const marked = markSchema(schema);
    const make: MakeGrammar = (binding) => jsonSchemaGrammar(binding, marked, this.#anyWhitespace);
    return [`json ${JSON.stringify(schema)}`, make];
  }
}

function ebnf(text: unknown): [string, MakeGrammar] {
  if (typeof text !== "string") refuse("grammar", "string of EBNF with a rule named root", text, true);
  return [`ebnf ${text}`, ({ Grammar }) => Grammar.FromEBNF(text, "root")];
}

/** A schema that can be followed. @throws TypeError if it is none, RangeError for what would not be enforced. */
function parseSchema(given: unknown): unknown {
  let schema = given;
  if (typeof given === "string") {
    try {
      schema = JSON.parse(given);
    } catch (error) {
      refuseBecause("jsonSchema", `expected an object, a boolean or JSON text of one: ${messageOf(error)}`, true);
    }
  }
  const isObject = typeof schema === "object" && schema !== null && !Array.isArray(schema);
  if (!isObject && typeof schema !== "boolean")
    refuse("jsonSchema", "object, boolean or JSON text of one", given, true);
  const fault = unenforced(schema);
  if (fault !== undefined) refuseBecause("jsonSchema", `expected constraints that can be enforced: ${fault}`, false);
  return schema;
}
