/**
 * What other engines call the things that have another name here, or that are not here, for aliases of the server and for the
 * docs; the words for each stand in `foreignHints.ts`. A name is an alias only where its values mean the same; names that are
 * ours too (in snake case) do not stand here.
 */
import { type AliasName, foreignHints, type OtherName, ourNames } from "./foreignHints.ts";

export type ForeignEngine =
  | "HF"
  | "ik_llama.cpp"
  | "koboldcpp"
  | "llama.cpp"
  | "SGLang"
  | "TabbyAPI"
  | "TensorRT-LLM"
  | "text-generation-webui"
  | "vLLM";

export interface ForeignName {
  readonly engines: readonly ForeignEngine[];
  /** Our name of the same thing, in camel case: a sampling parameter or a field of a request. */
  readonly ours?: string;
  /** Whether it may stand for ours. */
  readonly isAlias: boolean;
  /** Our value for theirs. Absent: the same. */
  readonly convert?: (value: unknown) => unknown;
  /** What to do instead; our names in braces. */
  readonly hint: string;
  /** Whether the value asks for nothing, so that it can be left out. */
  readonly isOff: (value: unknown) => boolean;
}

type Facts = Omit<ForeignName, "ours" | "isAlias" | "hint">;

const never = (): boolean => false;
const either: readonly unknown[] = [true, false];
const llama = ["llama.cpp"] as const;
const kobold = ["koboldcpp"] as const;
const textgen = ["text-generation-webui"] as const;
const hf = ["HF"] as const;
const tabby = ["TabbyAPI"] as const;
const sglang = ["SGLang"] as const;

function alias(engines: readonly ForeignEngine[], convert?: (value: unknown) => unknown): Facts {
  return { engines, isOff: never, ...(convert && { convert }) };
}

/** @param off values that ask for nothing; [] stands for any empty list */
function other(engines: readonly ForeignEngine[], ...off: readonly unknown[]): Facts {
  return { engines, isOff: (value) => off.includes(value) || (isEmptyList(value) && off.some(isEmptyList)) };
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const facts: Readonly<Record<AliasName | OtherName, Facts>> = {
  // Lengths
  n_predict: alias(llama),
  max_new_tokens: alias(["HF", "SGLang", "text-generation-webui"]),
  max_length: other(["HF", "koboldcpp"]),
  min_new_tokens: alias(["HF", "SGLang"]),
  min_length: other(hf, 0),
  num_return_sequences: alias(hf),
  truncation_length: other(textgen),
  max_context_length: other(kobold),
  n_keep: other(llama, 0),
  n_discard: other(llama, 0),
  t_max_predict_ms: other(llama, 0),
  // The draw
  temp: alias(llama),
  do_sample: other(["HF", "text-generation-webui"], true),
  sampler_seed: alias(kobold, (seed) => (typeof seed === "number" && seed <= 0 ? -1 : seed)),
  sampling_seed: alias(sglang),
  // Order
  samplers: other(llama),
  sampler_seq: other(llama),
  sampler_order: other(kobold),
  sampler_priority: other(textgen),
  temperature_last: other(textgen, false),
  // Cuts
  typ_p: alias(llama),
  typical: alias(["koboldcpp", "llama.cpp"]),
  tfs_z: alias(llama),
  tfs: alias(["koboldcpp", "text-generation-webui"]),
  nsigma: alias(kobold),
  top_nsigma: alias(llama),
  top_p_reset_ids: other(["TensorRT-LLM"], -1),
  dynamic_temperature: other(textgen, false),
  dynatemp_low: other(textgen, 1),
  dynatemp_high: other(textgen, 1),
  mirostat_mode: alias(textgen),
  // Repetitions
  repeat_penalty: alias(llama),
  rep_pen: alias(kobold),
  repeat_last_n: alias(llama),
  repetition_penalty_range: alias(textgen, (count) => (count === 0 ? -1 : count)),
  rep_pen_range: other(kobold),
  penalty_range: alias(tabby),
  repetition_decay: alias(tabby),
  rep_pen_slope: alias(kobold),
  penalize_nl: other(llama, true),
  // Bans and ends
  bad_words_ids: alias(hf),
  suppress_tokens: alias(hf),
  begin_suppress_tokens: alias(hf),
  custom_token_bans: other(textgen, ""),
  reasoning_budget_tokens: alias(llama),
  banned_tokens: alias(kobold),
  banned_regex_case_insensitive: alias(["ik_llama.cpp"]),
  ban_eos_token: other(textgen, false),
  use_default_badwordsids: other(kobold, false),
  eos_token_id: other(hf),
  forced_bos_token_id: other(hf),
  stopping_strings: alias(textgen),
  custom_stopping_strings: other(textgen, "", []),
  stop_sequence: other(kobold, []),
  stop_strings: other(hf, []),
  no_stop_trim: other(sglang, false),
  // Log-probabilities
  n_probs: other(llama, 0),
  post_sampling_probs: other(llama, false),
  return_logprob: other(sglang, false),
  top_logprobs_num: other(sglang, 0),
  token_ids_logprob: other(sglang, []),
  return_sampling_mask: alias(["SGLang", "vLLM"]),
  logprob_start_len: other(sglang, -1),
  // Forms
  grammar_string: other(textgen, ""),
  ebnf: other(sglang),
  // Several rows
  guidance_scale: other(["HF", "koboldcpp", "text-generation-webui"], 1),
  negative_prompt: other(["koboldcpp", "text-generation-webui"], ""),
  penalty_alpha: other(["HF", "text-generation-webui"], 0),
  num_beams: other(["HF", "text-generation-webui"], 1),
  num_beam_groups: other(hf, 1),
  diversity_penalty: other(hf, 0),
  length_penalty: other(["HF", "vLLM"], 1),
  early_stopping: other(["HF", "vLLM"], false),
  use_beam_search: other(["vLLM"], false),
  // Stages of one's own
  logits_processors: other(["vLLM"], []),
  custom_logit_processor: other(sglang),
  // What says nothing about the tokens
  cache_prompt: other(llama, ...either),
  id_slot: other(llama, -1),
  slot_id: other(llama, -1),
  timings_per_token: other(llama, false),
  return_progress: other(llama, false),
  return_tokens: other(llama, false),
  lora: other(llama, []),
};

/** By name in snake case. */
export const foreignNames: Readonly<Record<string, ForeignName>> = Object.fromEntries(
  Object.entries(facts).map(([name, known]) => {
    const ours = ourNames.get(name);
    const hint = foreignHints.get(name)!;
    return [name, { ...known, hint, isAlias: ours !== undefined, ...(ours !== undefined && { ours }) }];
  }),
);
