/** What tokens hold behind ", ": the beginning of a next item, or more of them. */

const [comma, blank] = [0x2c, 0x20];

/** Whether one of the tokens holds ", " and a text that begins with the bytes. */
export function repeatsOf(tokens: Iterable<Uint8Array>): (bytes: readonly number[]) => boolean {
  const beginnings = new Set<string>();
  for (const bytes of tokens) {
    for (let at = bytes.indexOf(comma); at >= 0; at = bytes.indexOf(comma, at + 1)) {
      if (bytes[at + 1] !== blank) continue;
      for (let end = at + 3; end <= bytes.length; end++) beginnings.add(bytes.subarray(at + 2, end).join());
    }
  }
  return (bytes) => beginnings.has(bytes.join());
}
