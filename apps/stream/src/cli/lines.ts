/** Lines of a byte stream, as they come; the last one may lack its line break. */

/** Longest line taken, in UTF-16 units: an input without line breaks must not fill the memory. */
const longestLine = 2 ** 26;

/** @throws the stream's error, or RangeError for a line that is too long. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > longestLine) throw new RangeError(`a line of more than ${longestLine} characters`);
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
