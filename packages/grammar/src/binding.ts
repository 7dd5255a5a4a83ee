/**
 * XGrammar's WebAssembly binding (github.com/mlc-ai/xgrammar, web-xgrammar 0.1.27), as far as it is used here. An error
 * inside ends in `abort`: the call throws, what it had allocated is lost, and the reason is a line on `printErr`.
 */
import xgrammar from "./generated/xgrammar.mjs";

/** An object that lives in the binding's memory. */
export interface Handle {
  delete(): void;
}

export interface GrammarHandle extends Handle {
  /** As EBNF; reading it again gives the same grammar. */
  ToString(): string;
}

export interface MatcherHandle extends Handle {
  AcceptToken(tokenId: number, verbose: boolean): boolean;
  /** Aborts once `IsTerminated`. */
  GetNextTokenBitmask(vocabSize: number): Handle;
  IsTerminated(): boolean;
}

interface CompilerHandle extends Handle {
  CompileGrammar(grammar: Handle): Handle;
}

export interface Binding {
  vecStringFromJSArray(values: readonly string[]): Handle;
  vecIntFromJSArray(values: readonly number[]): Handle;
  /** A view; the vector is still to be deleted. */
  vecIntToView(vector: Handle): Int32Array;
  TokenizerInfo: new (
    vocab: Handle,
    vocabType: "BYTE_LEVEL",
    vocabSize: number,
    stopTokenIds: Handle,
    prependSpace: boolean,
  ) => Handle;
  GrammarCompiler: new (tokenizerInfo: Handle, maxThreads: number, cacheEnabled: boolean) => CompilerHandle;
  Grammar: {
    FromEBNF(ebnf: string, rootRule: string): GrammarHandle;
    FromJSONSchema(
      schema: string,
      anyWhitespace: boolean,
      indent: number | undefined,
      separators: { first: string; second: string } | undefined,
      strictMode: boolean,
      maxWhitespaceCount: number | undefined,
      printConvertedEbnf: boolean,
    ): GrammarHandle;
  };
  GrammarMatcher: new (
    grammar: Handle,
    overrideStopTokens: Handle | undefined,
    terminateWithoutStopToken: boolean,
    maxRollbackTokens: number,
  ) => MatcherHandle;
}

interface XGrammarModule {
  createBinding(options: { print(line: string): void; printErr(line: string): void }): Promise<Binding>;
}

/** A binding with a memory of its own; about 20 ms. `onError` hears each line that it would print. */
export function createBinding(onError: (line: string) => void): Promise<Binding> {
  return (xgrammar as XGrammarModule).createBinding({ print: onError, printErr: onError });
}
