/** What other engines' names are here: the words for them where they are refused. `foreignNames.ts` knows more of each. */
import { checkFunction, checkString } from "@tokenmill/check";

/** By our name, in camel case: names that other engines have for the same thing, with the same values or ones that can be converted. */
const sameThing = {
  maxTokens: "n_predict max_new_tokens",
  minTokens: "min_new_tokens",
  n: "num_return_sequences",
  temperature: "temp",
  seed: "sampler_seed sampling_seed",
  typicalP: "typ_p typical",
  tailFree: "tfs_z tfs",
  topNSigma: "nsigma top_nsigma",
  mirostat: "mirostat_mode",
  repetitionPenalty: "repeat_penalty rep_pen",
  penaltyLastN: "repeat_last_n repetition_penalty_range penalty_range",
  penaltyDecayRange: "repetition_decay",
  penaltySlope: "rep_pen_slope",
  badWords: "bad_words_ids",
  bannedTokenIds: "suppress_tokens",
  beginSuppressTokenIds: "begin_suppress_tokens",
  stop: "stopping_strings",
  thinkingTokenBudget: "reasoning_budget_tokens",
  bannedStrings: "banned_tokens",
  bannedRegexIgnoreCase: "banned_regex_case_insensitive",
  samplingMask: "return_sampling_mask",
} as const;

/** What to do instead of the names that follow it; our names in braces. */
const instead = {
  "it is {maxTokens} here, which does not count the prompt": "max_length",
  "it is {minTokens} here, which does not count the prompt": "min_length",
  "the server has the context that it was started with": "truncation_length max_context_length",
  "prompts are not cut here": "n_keep n_discard",
  "it is not available here":
    "t_max_predict_ms penalty_alpha num_beam_groups diversity_penalty timings_per_token return_progress lora",
  "it is the first of {forcedTokenIds} here": "forced_bos_token_id",
  "false is {temperature} 0 here": "do_sample",
  "the order of stages is {chain} here, or that of an engine by {profile}":
    "samplers sampler_seq sampler_order sampler_priority temperature_last",
  "it is {dynatempRange} here, to both sides of {temperature}": "dynamic_temperature dynatemp_low dynatemp_high",
  "it is {penaltyLastN} here, -1 for all": "rep_pen_range",
  "it is {topPResetTokenIds} here, a list of ids": "top_p_reset_ids",
  "line feeds count as other tokens do here": "penalize_nl",
  "it is {bannedTokenIds} here, a list of ids": "custom_token_bans",
  "here {bannedTokenIds} bans end of text, {ignoreEos} goes on after it": "ban_eos_token use_default_badwordsids",
  "it is {stopTokenIds} here, which come to the model's own": "eos_token_id",
  "it is {stop} here, a list of texts": "custom_stopping_strings",
  "it is {stop} here": "stop_sequence",
  "it is {stop} here, which leaves the text out of the output": "stop_strings",
  "over HTTP it is include_stop_str_in_output": "no_stop_trim",
  "it is {logprobs} here": "n_probs return_logprob top_logprobs_num",
  "it is {logprobTokenIds} here": "token_ids_logprob",
  'it is {logprobsMode} "processed" here': "post_sampling_probs",
  "{promptLogprobs} scores all of the prompt here": "logprob_start_len",
  "it is {grammar} here": "grammar_string ebnf",
  "it is in the library only, sampler.guide": "guidance_scale negative_prompt",
  "beam search is in the library only, engine.beamSearch": "num_beams length_penalty early_stopping use_beam_search",
  "a stage of your own is custom:<name> in {chain}": "logits_processors custom_logit_processor",
  "there is no prompt cache here": "cache_prompt",
  "there are no slots to choose here": "id_slot slot_id",
  "over HTTP it is return_token_ids": "return_tokens",
} as const;

type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;
/** Names that are the same thing as one of ours. */
export type AliasName = Words<(typeof sameThing)[keyof typeof sameThing]>;
/** Names of what is not here, or not in that form. */
export type OtherName = Words<(typeof instead)[keyof typeof instead]>;

const pairs = (groups: Readonly<Record<string, string>>): [name: string, head: string][] =>
  Object.entries(groups).flatMap(([head, names]) => names.split(" ").map((name): [string, string] => [name, head]));

/** Our name of the same thing, by theirs. */
export const ourNames: ReadonlyMap<string, string> = new Map(pairs(sameThing));

/** What to do instead of any of them; our names in braces. */
export const foreignHints: ReadonlyMap<string, string> = new Map([
  ...pairs(instead),
  ...[...ourNames].map(([name, ours]): [string, string] => [name, `it is {${ours}} here`]),
]);

/**
 * What to write instead of another engine's name, in whatever case it is written; undefined if it is none.
 * @param spelled how the caller spells our names
 * @throws TypeError
 */
export function foreignHint(name: string, spelled: (ours: string) => string = (ours) => ours): string | undefined {
  checkString("name", name);
  checkFunction("spelled", spelled);
  const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll("-", "_");
  return foreignHints.get(key)?.replace(/\{(\w+)\}/g, (_, ours: string) => `"${spelled(ours)}"`);
}
