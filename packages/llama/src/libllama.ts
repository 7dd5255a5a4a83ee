/** The functions of libllama that are called, typed. Loaded once a process for each directory. */
import { checkDefaults, declareStructs, type StructValue } from "./abi.ts";
import type { LlamaLibraries } from "./libraries.ts";

/** An address in the library's memory. */
export type Pointer = unknown;

export interface Batch {
  n_tokens: number;
  readonly token: Int32Array;
  readonly embd: null;
  readonly pos: Int32Array;
  readonly n_seq_id: Int32Array;
  readonly seq_id: BigUint64Array;
  readonly logits: Int8Array;
}

type Callback<T> = (error: Error | null, result: T) => void;

export interface LibLlama {
  modelDefaults(): StructValue;
  contextDefaults(): StructValue;
  loadModel(path: string, params: StructValue): Promise<Pointer>;
  freeModel(model: Pointer): void;
  openContext(model: Pointer, params: StructValue): Pointer;
  freeContext(context: Pointer): void;
  memoryOf(context: Pointer): Pointer;
  vocabOf(model: Pointer): Pointer;
  vocabSize(vocab: Pointer): number;
  trainedContext(model: Pointer): number;
  eos(vocab: Pointer): number;
  bos(vocab: Pointer): number;
  addsBos(vocab: Pointer): boolean;
  endsGeneration(vocab: Pointer, tokenId: number): boolean;
  isControl(vocab: Pointer, tokenId: number): boolean;
  chatTemplate(model: Pointer): string | null;
  /** Number of ids, or minus the number that would be. */
  tokenize(vocab: Pointer, text: string, into: Int32Array, parseSpecial: boolean): number;
  /** Number of bytes, or minus the number that would be. */
  pieceOf(vocab: Pointer, tokenId: number, into: Uint8Array, special: boolean): number;
  decode(context: Pointer, batch: Batch): Promise<number>;
  copyRow(context: Pointer, index: number, target: Float32Array): void;
  forget(memory: Pointer, sequence: number, from: number): void;
  copySequence(memory: Pointer, from: number, to: number, length: number): void;
  addressOf(array: Int32Array): bigint;
}

const loaded = new Map<string, Promise<LibLlama>>();

/** @throws Error where koffi is missing, or the library has another layout. */
export function openLibLlama(libraries: LlamaLibraries): Promise<LibLlama> {
  let opening = loaded.get(libraries.directory);
  if (!opening) {
    opening = open(libraries);
    loaded.set(libraries.directory, opening);
    opening.catch(() => loaded.delete(libraries.directory));
  }
  return opening;
}

async function open({ directory, base, ggml, llama }: LlamaLibraries): Promise<LibLlama> {
  // webpack and Turbopack would stop where it is not installed
  const { default: koffi } = await import(/* webpackIgnore: true */ "koffi").catch((cause: unknown) => {
    throw new Error("koffi, through which llama.cpp is called, is missing: npm install koffi", { cause });
  });
  declareStructs(koffi);
  koffi.load(base, { global: true, lazy: true });
  const backends = koffi.load(ggml, { global: true, lazy: true });
  const library = koffi.load(llama, { global: true, lazy: true });
  const func = (signature: string): ReturnType<typeof library.func> => library.func(signature);
  silence(koffi, func("void llama_log_set(void *callback, void *data)"));
  // Without it no CPU backend is found; it takes the variant that fits the processor.
  backends.func("void ggml_backend_load_all_from_path(const char *)")(directory);

  const modelDefaults = func("llama_model_params llama_model_default_params()") as () => StructValue;
  const contextDefaults = func("llama_context_params llama_context_default_params()") as () => StructValue;
  checkDefaults("model", modelDefaults());
  checkDefaults("context", contextDefaults());

  const load = func("void * llama_model_load_from_file(const char *, llama_model_params)");
  const decode = func("int32_t llama_decode(void *, llama_batch)");
  const tokenize = func("int32_t llama_tokenize(void *, const char *, int32_t, _Out_ int32_t *, int32_t, bool, bool)");
  const piece = func("int32_t llama_token_to_piece(void *, int32_t, _Out_ uint8_t *, int32_t, int32_t, bool)");
  const chatTemplate = func("const char * llama_model_chat_template(void *, const char *)");
  const remove = func("bool llama_memory_seq_rm(void *, int32_t, int32_t, int32_t)");
  const copy = func("void llama_memory_seq_cp(void *, int32_t, int32_t, int32_t, int32_t)");
  const logits = func("void * llama_get_logits_ith(void *, int32_t)");
  const copyBytes = koffi.load(standardLibrary()).func("void * memcpy(void *, void *, size_t)");
  const onPool = <T>(call: typeof load, ...args: unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      const done: Callback<T> = (error, result) => (error ? reject(error) : resolve(result));
      call.async(...args, done);
    });
  return {
    modelDefaults,
    contextDefaults,
    loadModel: (path, params) => onPool(load, path, params),
    freeModel: func("void llama_model_free(void *)"),
    openContext: func("void * llama_init_from_model(void *, llama_context_params)"),
    freeContext: func("void llama_free(void *)"),
    memoryOf: func("void * llama_get_memory(void *)"),
    vocabOf: func("void * llama_model_get_vocab(void *)"),
    vocabSize: func("int32_t llama_vocab_n_tokens(void *)"),
    trainedContext: func("int32_t llama_model_n_ctx_train(void *)"),
    eos: func("int32_t llama_vocab_eos(void *)"),
    bos: func("int32_t llama_vocab_bos(void *)"),
    addsBos: func("bool llama_vocab_get_add_bos(void *)"),
    endsGeneration: func("bool llama_vocab_is_eog(void *, int32_t)"),
    isControl: func("bool llama_vocab_is_control(void *, int32_t)"),
    chatTemplate: (model) => chatTemplate(model, null) as string | null,
    tokenize: (vocab, text, into, parseSpecial) =>
      tokenize(vocab, text, Buffer.byteLength(text), into, into.length, false, parseSpecial) as number,
    pieceOf: (vocab, tokenId, into, special) => piece(vocab, tokenId, into, into.length, 0, special) as number,
    decode: (context, batch) => onPool(decode, context, batch),
    copyRow(context, index, target) {
      const row: unknown = logits(context, index);
      if (row === null) throw new Error(`llama.cpp has no row for token ${index} of the step`);
      copyBytes(target, row, target.byteLength);
    },
    forget: (memory, sequence, from) => void remove(memory, sequence, from, -1),
    copySequence: (memory, from, to, length) => void copy(memory, from, to, 0, length),
    addressOf: (array) => BigInt(koffi.address(array)),
  };
}

/** The library logs its progress to stderr unless there is a callback. Errors come as return values. */
function silence(koffi: typeof import("koffi").default, setLog: (callback: unknown, data: null) => void): void {
  const callback = koffi.register(
    () => {},
    koffi.pointer(koffi.proto("void llama_log(int level, const char *text, void *data)")),
  );
  setLog(callback, null);
}

function standardLibrary(): string {
  if (process.platform === "darwin") return "libSystem.dylib";
  return process.platform === "win32" ? "msvcrt.dll" : "libc.so.6";
}
