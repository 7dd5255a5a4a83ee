/** Who reads a sequence, as its log says it: `<peer>.<number>`. */

export function readerOf(reader: string): [peer: string, number: number] {
  const at = reader.lastIndexOf(".");
  return [reader.slice(0, at), Number(reader.slice(at + 1))];
}
