// What other engines call the parameters of a request, by the names of their own documentation: llama.cpp's server, vLLM's
// SamplingParams, GenerationConfig of transformers, and the settings of the AI SDK, whose names are said in ours.
export const engineNames = {
  "llama.cpp": `temperature dynatemp_range dynatemp_exponent top_k top_p min_p typical_p top_n_sigma xtc_probability xtc_threshold
    mirostat mirostat_tau mirostat_eta adaptive_target adaptive_decay repeat_penalty repeat_last_n presence_penalty
    frequency_penalty dry_multiplier dry_base dry_allowed_length dry_penalty_last_n dry_sequence_breakers samplers n_predict stop
    seed ignore_eos logit_bias n_probs post_sampling_probs grammar json_schema min_keep n_keep t_max_predict_ms cache_prompt id_slot
    lora`,
  vLLM: `temperature top_p top_k min_p repetition_penalty presence_penalty frequency_penalty n max_tokens min_tokens stop
    stop_token_ids bad_words ignore_eos logprobs prompt_logprobs logit_bias allowed_token_ids seed use_beam_search length_penalty
    early_stopping logits_processors repetition_detection thinking_token_budget logprob_token_ids`,
  HF: `do_sample temperature top_k top_p min_p top_h typical_p epsilon_cutoff eta_cutoff repetition_penalty
    encoder_repetition_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids suppress_tokens begin_suppress_tokens
    sequence_bias max_length max_new_tokens min_length min_new_tokens stop_strings eos_token_id forced_bos_token_id
    forced_eos_token_id exponential_decay_length_penalty num_return_sequences num_beams num_beam_groups diversity_penalty
    length_penalty early_stopping penalty_alpha guidance_scale`,
};

export const aiSdkNames = {
  temperature: "temperature",
  topP: "topP",
  topK: "topK",
  presencePenalty: "presencePenalty",
  frequencyPenalty: "frequencyPenalty",
  seed: "seed",
  maxOutputTokens: "maxTokens",
  stopSequences: "stop",
};
