/**
 * The structs of llama.h that calls take by value, as llama.cpp v0.4.0 and v0.5.0 lay them out, and proof that the loaded
 * library agrees: its own defaults, read through these layouts, are the published ones.
 */
import type * as Koffi from "koffi";

type Fields = Readonly<Record<string, string>>;

const modelFields: Fields = {
  devices: "void *",
  tensor_buft_overrides: "void *",
  n_gpu_layers: "int32_t",
  split_mode: "int",
  load_mode: "int",
  lazy_mode: "int",
  main_gpu: "int32_t",
  tensor_split: "void *",
  progress_callback: "void *",
  progress_callback_user_data: "void *",
  kv_overrides: "void *",
  vocab_only: "bool",
  check_tensors: "bool",
  use_extra_bufts: "bool",
  no_host: "bool",
  no_alloc: "bool",
  load_mtp: "bool",
};

const contextFields: Fields = {
  n_ctx: "uint32_t",
  n_batch: "uint32_t",
  n_ubatch: "uint32_t",
  n_seq_max: "uint32_t",
  n_rs_seq: "uint32_t",
  n_outputs_max: "uint32_t",
  n_outputs_max_per_seq: "uint32_t",
  n_threads: "int32_t",
  n_threads_batch: "int32_t",
  ctx_type: "int",
  rope_scaling_type: "int",
  pooling_type: "int",
  attention_type: "int",
  flash_attn_type: "int",
  rope_freq_base: "float",
  rope_freq_scale: "float",
  yarn_ext_factor: "float",
  yarn_attn_factor: "float",
  yarn_beta_fast: "float",
  yarn_beta_slow: "float",
  yarn_orig_ctx: "uint32_t",
  defrag_thold: "float",
  cb_eval: "void *",
  cb_eval_user_data: "void *",
  type_k: "int",
  type_v: "int",
  abort_callback: "void *",
  abort_callback_data: "void *",
  embeddings: "bool",
  offload_kqv: "bool",
  no_perf: "bool",
  op_offload: "bool",
  swa_full: "bool",
  kv_unified: "bool",
  samplers: "void *",
  n_samplers: "size_t",
  ctx_other: "void *",
};

const batchFields: Fields = {
  n_tokens: "int32_t",
  token: "int32_t *",
  embd: "float *",
  pos: "int32_t *",
  n_seq_id: "int32_t *",
  seq_id: "int32_t **",
  logits: "int8_t *",
};

export type StructValue = Record<string, unknown>;

interface Layout {
  readonly name: string;
  readonly sizeBytes: number;
  readonly fields: Fields;
  /** Values of the library's own defaults that a shifted layout would not show. */
  readonly defaults: StructValue;
}

type LayoutName = "model" | "context";

const layouts: Readonly<Record<LayoutName, Layout>> = {
  model: {
    name: "llama_model_params",
    sizeBytes: 80,
    fields: modelFields,
    defaults: { n_gpu_layers: -1, split_mode: 1, use_extra_bufts: true },
  },
  context: {
    name: "llama_context_params",
    sizeBytes: 160,
    fields: contextFields,
    defaults: {
      ...{ n_ctx: 512, n_batch: 2048, n_ubatch: 512, n_seq_max: 1, n_threads: 4 },
      ...{ flash_attn_type: -1, rope_scaling_type: -1, type_k: 1, type_v: 1, swa_full: true },
    },
  },
};

let isDeclared = false;

/** Declares the structs, whose names are the process's. @throws Error where the platform lays them out otherwise */
export function declareStructs(koffi: typeof Koffi.default): void {
  if (isDeclared) return;
  for (const { name, fields, sizeBytes } of Object.values(layouts)) {
    const type = koffi.struct(name, fields);
    if (koffi.sizeof(type) !== sizeBytes)
      throw new Error(`${name} expected of ${sizeBytes} bytes, got ${koffi.sizeof(type)}`);
  }
  koffi.struct("llama_batch", batchFields);
  isDeclared = true;
}

/** @throws Error that names the first field whose default is another: the library is laid out otherwise. */
export function checkDefaults(kind: LayoutName, values: StructValue): void {
  const { name, defaults } = layouts[kind];
  for (const [field, expected] of Object.entries(defaults)) {
    if (values[field] === expected) continue;
    throw new Error(
      `${name}.${field} expected ${String(expected)} by default, got ${String(values[field])}: another release of llama.cpp`,
    );
  }
}
