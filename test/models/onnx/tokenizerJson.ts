/** A byte-level BPE as a `tokenizer.json`: bytes, letters with a space before them, and three special tokens. */

/** GPT-2's characters for bytes: printable ones stand for themselves, the others for what follows U+0100. */
const characters = ((): readonly string[] => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
})();

const space = characters[32]!;
const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
const specials = ["<s>", "</s>", "<|chat|>"];
const words = letters.map((letter) => space + letter);

export const tinyOnnxVocabSize: number = 256 + words.length + specials.length;
export const tinyEos = { token: "</s>", id: tinyOnnxVocabSize - 2 } as const;

export const tokenizerJson = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: specials.map((content, i) => ({
    id: 256 + words.length + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: Object.fromEntries([...characters, ...words].map((token, id) => [token, id])),
    merges: letters.map((letter) => `${space} ${letter}`),
  },
} as const;

export const tokenizerConfig = {
  tokenizer_class: "GPT2Tokenizer",
  bos_token: "<s>",
  eos_token: tinyEos.token,
  pad_token: tinyEos.token,
  clean_up_tokenization_spaces: false,
  chat_template:
    "{% for message in messages %}<|chat|>{{ message['role'] }} {{ message['content'] }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|chat|>assistant {% endif %}",
} as const;
