/** The reader of a sequence, as in its log: `<peer>.<number>`. */

export function readerOf(reader: string): [peer: string, number: number] {
  const at = reader.lastIndexOf(".");
  return [reader.slice(0, at), Number(reader.slice(at + 1))];
}
