/** Bytes of tokens by their texts, as `GET /v1/vocabulary` tells them. */

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true });

/** Names under which a text's end is known. */
const ends: readonly string[] = ["<|endoftext|>", "<|im_end|>", "<|eot_id|>", "</s>", "<eos>", "<end>"];

export function isEnd(text: string): boolean {
  return ends.includes(text);
}

/** What is no whole characters stands there as `\xE2`: if those bytes were a text, the text itself would stand there. */
export function bytesOfText(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (!/\\x[0-9A-F]{2}/.test(text)) return bytes;
  const parts = text.match(/\\x[0-9A-F]{2}|[^]/g) ?? [];
  const meant = Uint8Array.from(parts, (part) =>
    part.length === 4 ? Number.parseInt(part.slice(2), 16) : part.charCodeAt(0),
  );
  try {
    strict.decode(meant);
    return bytes;
  } catch {
    return meant;
  }
}
