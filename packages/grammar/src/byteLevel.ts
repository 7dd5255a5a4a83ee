/**
 * GPT-2's printable spelling of bytes (openai/gpt-2 `encoder.py`, `bytes_to_unicode`): the form in which any sequence of
 * bytes, whole characters or not, passes as a string.
 */
const characters: readonly string[] = spell();

function spell(): string[] {
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(isPrintable ? byte : spare++);
  });
}

export function byteLevel(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += characters[byte]!;
  return text;
}
