/**
 * Writes a random two-layer model of the llama architecture as a GGUF file (version 3, f32): real enough for every code path of
 * a runtime, small enough to be made by a test. Its vocabulary is bytes, the letters a to z with a space before them, and
 * three special tokens. Format: ggml's docs/gguf.md.
 */
import { writeFileSync } from "node:fs";

const embedding = 32;
const feedForward = 64;
const heads = 4;
const layers = 2;
const alignment = 32;

/** Kinds of metadata values. */
const kinds = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
/** Kinds of tokens: normal, unknown, control, byte. */
const tokenKinds = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const letters = ["▁", ...Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => `▁${letter}`)];
const tokens = ["<unk>", "<s>", "</s>", ...bytes, ...letters, "<|chat|>"];
const types = [
  tokenKinds.unknown,
  tokenKinds.control,
  tokenKinds.control,
  ...bytes.map(() => tokenKinds.byte),
  ...letters.map(() => tokenKinds.normal),
  tokenKinds.control,
];

export const tinyVocabSize: number = tokens.length;

class Writer {
  readonly #parts: Buffer[] = [];
  length = 0;

  add(part: Buffer): void {
    this.#parts.push(part);
    this.length += part.length;
  }
  uint32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.add(part);
  }
  uint64(value: number): void {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    this.add(part);
  }
  float32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeFloatLE(value);
    this.add(part);
  }
  string(value: string): void {
    const text = Buffer.from(value);
    this.uint64(text.length);
    this.add(text);
  }
  pad(): void {
    this.add(Buffer.alloc((alignment - (this.length % alignment)) % alignment));
  }
  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

type Value =
  | { uint32: number }
  | { float32: number }
  | { string: string }
  | { strings: string[] }
  | { floats: number[] }
  | { ints: number[] }
  | { bool: boolean };

const metadata: Record<string, Value> = {
  "general.architecture": { string: "llama" },
  "general.name": { string: "tiny" },
  "llama.context_length": { uint32: 512 },
  "llama.embedding_length": { uint32: embedding },
  "llama.block_count": { uint32: layers },
  "llama.feed_forward_length": { uint32: feedForward },
  "llama.attention.head_count": { uint32: heads },
  "llama.attention.head_count_kv": { uint32: heads },
  "llama.attention.layer_norm_rms_epsilon": { float32: 1e-5 },
  "llama.rope.dimension_count": { uint32: embedding / heads },
  "llama.vocab_size": { uint32: tokens.length },
  "tokenizer.ggml.model": { string: "llama" },
  "tokenizer.ggml.tokens": { strings: tokens },
  "tokenizer.ggml.scores": { floats: tokens.map((_, id) => -id) },
  "tokenizer.ggml.token_type": { ints: types },
  "tokenizer.ggml.unknown_token_id": { uint32: 0 },
  "tokenizer.ggml.bos_token_id": { uint32: 1 },
  "tokenizer.ggml.eos_token_id": { uint32: 2 },
  "tokenizer.ggml.add_bos_token": { bool: false },
  "tokenizer.ggml.add_space_prefix": { bool: false },
  "tokenizer.chat_template": {
    string:
      "{% for message in messages %}<|chat|>{{ message['role'] }} {{ message['content'] }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|chat|>assistant {% endif %}",
  },
};

function writeValue(writer: Writer, value: Value): void {
  if ("uint32" in value) {
    writer.uint32(kinds.uint32);
    writer.uint32(value.uint32);
  } else if ("float32" in value) {
    writer.uint32(kinds.float32);
    writer.float32(value.float32);
  } else if ("string" in value) {
    writer.uint32(kinds.string);
    writer.string(value.string);
  } else if ("bool" in value) {
    writer.uint32(kinds.bool);
    writer.add(Buffer.from([value.bool ? 1 : 0]));
  } else {
    const [kind, values] =
      "strings" in value
        ? [kinds.string, value.strings]
        : "floats" in value
          ? [kinds.float32, value.floats]
          : [kinds.int32, value.ints];
    writer.uint32(kinds.array);
    writer.uint32(kind);
    writer.uint64(values.length);
    for (const each of values) {
      if (typeof each === "string") writer.string(each);
      else if (kind === kinds.float32) writer.float32(each);
      else writer.uint32(each);
    }
  }
}

/** Innermost dimension first. */
function tensors(): [name: string, shape: number[]][] {
  const square = [embedding, embedding];
  const layer = (index: number): [string, number[]][] => [
    [`blk.${index}.attn_norm.weight`, [embedding]],
    [`blk.${index}.attn_q.weight`, square],
    [`blk.${index}.attn_k.weight`, square],
    [`blk.${index}.attn_v.weight`, square],
    [`blk.${index}.attn_output.weight`, square],
    [`blk.${index}.ffn_norm.weight`, [embedding]],
    [`blk.${index}.ffn_gate.weight`, [embedding, feedForward]],
    [`blk.${index}.ffn_up.weight`, [embedding, feedForward]],
    [`blk.${index}.ffn_down.weight`, [feedForward, embedding]],
  ];
  return [
    ["token_embd.weight", [embedding, tokens.length]],
    ["output_norm.weight", [embedding]],
    ["output.weight", [embedding, tokens.length]],
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
  ];
}

/** Element types of tensors, by ggml's numbers. */
const elementTypes = { f32: 0, q8_0: 8 } as const;
type ElementType = keyof typeof elementTypes;
const blockLength = 32;

const isNorm = (name: string): boolean => name.includes("norm");
/** Norms stay f32 in every file. */
const typeOf = (name: string, type: ElementType): ElementType => (isNorm(name) ? "f32" : type);
const bytesOf = (type: ElementType, count: number): number =>
  type === "f32" ? count * 4 : (count / blockLength) * (blockLength + 2);

/** Blocks of 32: an f16 scale of 1/256, then the weights in it. */
function quantize(values: Float32Array): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < values.length; at += blockLength) {
    const block = Buffer.alloc(blockLength + 2);
    block.writeUInt16LE(0x1c00); // 2^-8
    for (let i = 0; i < blockLength; i++)
      block.writeInt8(Math.max(-127, Math.min(127, Math.round(values[at + i]! * 256))), 2 + i);
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

/** Weights in (−0.5, 0.5), norms near 1; the same for the same seed. */
function weights(name: string, count: number, seed: number, type: ElementType): Buffer {
  let state = seed;
  for (const character of name) state = (Math.imul(state, 31) + character.codePointAt(0)!) | 0;
  const values = Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const uniform = (state >>> 8) / 2 ** 24 - 0.5;
    return isNorm(name) ? 1 + uniform / 10 : uniform;
  });
  return typeOf(name, type) === "f32" ? Buffer.from(values.buffer) : quantize(values);
}

export function writeTinyGguf(path: string, type: ElementType = "f32", seed = 1): void {
  const writer = new Writer();
  const list = tensors();
  writer.add(Buffer.from("GGUF"));
  writer.uint32(3);
  writer.uint64(list.length);
  writer.uint64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    writer.string(key);
    writeValue(writer, value);
  }
  let offset = 0;
  const sizes = list.map(([, shape]) => shape.reduce((product, length) => product * length, 1));
  list.forEach(([name, shape], i) => {
    writer.string(name);
    writer.uint32(shape.length);
    for (const length of shape) writer.uint64(length);
    writer.uint32(elementTypes[typeOf(name, type)]);
    writer.uint64(offset);
    offset += Math.ceil(bytesOf(typeOf(name, type), sizes[i]!) / alignment) * alignment;
  });
  writer.pad();
  list.forEach(([name], i) => {
    writer.add(weights(name, sizes[i]!, seed, type));
    writer.pad();
  });
  writeFileSync(path, writer.toBuffer());
}
