/**
 * What other engines call the things that have another name here, or that are not here: for aliases of the server, and
 * for what is said of such a name where it is refused. A name is an alias only where its values mean the same; names
 * that are ours too (in snake case) do not stand here.
 */
import { checkFunction, checkString } from "@tokenmill/check";

export type ForeignEngine = "HF" | "koboldcpp" | "llama.cpp" | "SGLang" | "text-generation-webui" | "vLLM";

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

const never = (): boolean => false;
const either: readonly unknown[] = [true, false];
const llama = ["llama.cpp"] as const;
const kobold = ["koboldcpp"] as const;
const textgen = ["text-generation-webui"] as const;
const hf = ["HF"] as const;
const sglang = ["SGLang"] as const;

function alias(engines: readonly ForeignEngine[], ours: string, convert?: (value: unknown) => unknown): ForeignName {
  return { engines, ours, isAlias: true, hint: `it is {${ours}} here`, isOff: never, ...(convert && { convert }) };
}

/** @param off values that ask for nothing; [] stands for any empty list, {} for any empty object */
function other(engines: readonly ForeignEngine[], hint: string, ...off: readonly unknown[]): ForeignName {
  const isOff = (value: unknown): boolean => off.includes(value) || (isEmptyList(value) && off.some(isEmptyList));
  return { engines, isAlias: false, hint, isOff };
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const order = "the order of stages is {chain} here, or that of an engine by {profile}";
const missing = "it is not available here";
const noPhrases = "phrases are not taken back here, {badWords} bans sequences of tokens";
const eosBan = "here {bannedTokenIds} bans end of text, {ignoreEos} goes on after it";
const context = "the server has the context that it was started with";
const noCache = "there is no prompt cache here";

/** By name in snake case. */
export const foreignNames: Readonly<Record<string, ForeignName>> = {
  // Lengths
  n_predict: alias(llama, "maxTokens"),
  max_new_tokens: alias(["HF", "SGLang", "text-generation-webui"], "maxTokens"),
  max_length: other(["HF", "koboldcpp"], "it is {maxTokens} here, which does not count the prompt"),
  min_new_tokens: alias(["HF", "SGLang"], "minTokens"),
  min_length: other(hf, "it is {minTokens} here, which does not count the prompt", 0),
  num_return_sequences: alias(hf, "n"),
  truncation_length: other(textgen, context),
  max_context_length: other(kobold, context),
  n_keep: other(llama, "prompts are not cut here", 0),
  n_discard: other(llama, "prompts are not cut here", 0),
  t_max_predict_ms: other(llama, missing, 0),
  // The draw
  temp: alias(llama, "temperature"),
  do_sample: other(["HF", "text-generation-webui"], "false is {temperature} 0 here", true),
  sampler_seed: alias(kobold, "seed", (seed) => (typeof seed === "number" && seed <= 0 ? -1 : seed)),
  sampling_seed: alias(sglang, "seed"),
  // Order
  samplers: other(llama, order),
  sampler_seq: other(llama, order),
  sampler_order: other(kobold, order),
  sampler_priority: other(textgen, order),
  temperature_last: other(textgen, order, false),
  // Cuts
  typ_p: alias(llama, "typicalP"),
  typical: alias(["koboldcpp", "llama.cpp"], "typicalP"),
  tfs_z: alias(llama, "tailFree"),
  tfs: alias(["koboldcpp", "text-generation-webui"], "tailFree"),
  nsigma: alias(kobold, "topNSigma"),
  top_nsigma: alias(llama, "topNSigma"),
  min_keep: other(llama, "a cut keeps one token here", 0, 1),
  dynamic_temperature: other(textgen, "it is {dynatempRange} here, to both sides of {temperature}", false),
  dynatemp_low: other(textgen, "it is {dynatempRange} here, to both sides of {temperature}", 1),
  dynatemp_high: other(textgen, "it is {dynatempRange} here, to both sides of {temperature}", 1),
  mirostat_mode: alias(textgen, "mirostat"),
  // Repetitions
  repeat_penalty: alias(llama, "repetitionPenalty"),
  rep_pen: alias(kobold, "repetitionPenalty"),
  repeat_last_n: alias(llama, "penaltyLastN"),
  repetition_penalty_range: alias(textgen, "penaltyLastN", (count) => (count === 0 ? -1 : count)),
  rep_pen_range: other(kobold, "it is {penaltyLastN} here, -1 for all"),
  rep_pen_slope: other(kobold, "all tokens of {penaltyLastN} count the same here", 1),
  penalize_nl: other(llama, "line feeds count as other tokens do here", true),
  encoder_repetition_penalty: other(["HF", "text-generation-webui"], missing, 1),
  encoder_no_repeat_ngram_size: other(hf, missing, 0),
  // Bans and ends
  bad_words_ids: alias(hf, "badWords"),
  suppress_tokens: alias(hf, "bannedTokenIds"),
  begin_suppress_tokens: other(hf, missing, []),
  custom_token_bans: other(textgen, "it is {bannedTokenIds} here, a list of ids", ""),
  banned_tokens: other(kobold, noPhrases, []),
  banned_strings: other(["koboldcpp", "text-generation-webui"], noPhrases, [], ""),
  ban_eos_token: other(textgen, eosBan, false),
  use_default_badwordsids: other(kobold, eosBan, false),
  sequence_bias: other(hf, "{logitBias} has a bias for each token here", []),
  eos_token_id: other(hf, "it is {stopTokenIds} here, which come to the model's own"),
  forced_bos_token_id: other(hf, missing),
  forced_eos_token_id: other(hf, missing),
  stopping_strings: alias(textgen, "stop"),
  custom_stopping_strings: other(textgen, "it is {stop} here, a list of texts", "", []),
  stop_sequence: other(kobold, "it is {stop} here", []),
  stop_strings: other(hf, "it is {stop} here, which leaves the text out of the output", []),
  stop_regex: other(sglang, missing, [], ""),
  no_stop_trim: other(sglang, "over HTTP it is include_stop_str_in_output", false),
  // Log-probabilities
  n_probs: other(llama, "it is {logprobs} here", 0),
  post_sampling_probs: other(llama, 'it is {logprobsMode} "processed" here', false),
  return_logprob: other(sglang, "it is {logprobs} here", false),
  top_logprobs_num: other(sglang, "it is {logprobs} here", 0),
  logprob_start_len: other(sglang, "{promptLogprobs} scores all of the prompt here", -1),
  // Forms
  grammar_string: other(textgen, "it is {grammar} here", ""),
  ebnf: other(sglang, "it is {grammar} here"),
  // Several rows
  guidance_scale: other(["HF", "koboldcpp", "text-generation-webui"], "it is in the library only, sampler.guide", 1),
  negative_prompt: other(["koboldcpp", "text-generation-webui"], "it is in the library only, sampler.guide", ""),
  penalty_alpha: other(["HF", "text-generation-webui"], missing, 0),
  num_beams: other(["HF", "text-generation-webui"], "beam search is in the library only, engine.beamSearch", 1),
  num_beam_groups: other(hf, missing, 1),
  diversity_penalty: other(hf, missing, 0),
  length_penalty: other(["HF", "vLLM"], "beam search is in the library only, engine.beamSearch", 1),
  early_stopping: other(["HF", "vLLM"], "beam search is in the library only, engine.beamSearch", false),
  use_beam_search: other(["vLLM"], "beam search is in the library only, engine.beamSearch", false),
  // Stages of one's own
  logits_processors: other(["vLLM"], "a stage of your own is custom:<name> in {chain}", []),
  custom_logit_processor: other(sglang, "a stage of your own is custom:<name> in {chain}"),
  // What says nothing about the tokens
  cache_prompt: other(llama, noCache, ...either),
  id_slot: other(llama, "there are no slots to choose here", -1),
  slot_id: other(llama, "there are no slots to choose here", -1),
  timings_per_token: other(llama, missing, false),
  return_progress: other(llama, missing, false),
  return_tokens: other(llama, "over HTTP it is return_token_ids", false),
  lora: other(llama, missing, []),
};

/**
 * What to write instead of another engine's name, in whatever case it is written; undefined if it is none.
 * @param spelled how the caller spells our names
 * @throws TypeError
 */
export function foreignHint(name: string, spelled: (ours: string) => string = (ours) => ours): string | undefined {
  checkString("name", name);
  checkFunction("spelled", spelled);
  const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll("-", "_");
  if (!Object.hasOwn(foreignNames, key)) return undefined;
  return foreignNames[key]!.hint.replace(/\{(\w+)\}/g, (_, ours: string) => `"${spelled(ours)}"`);
}
