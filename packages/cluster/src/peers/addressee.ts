/** Where the events of a sequence go. */

/** The reader of a claim. */
export interface Addressee {
  readonly peer: string;
  /** Number among the peer's readers. */
  readonly reader: number;
  readonly epoch: number;
}

/** @param reader as in the log: `<peer>.<number>` */
export function addresseeOf({ reader, epoch }: { readonly reader: string; readonly epoch: number }): Addressee {
  const at = reader.lastIndexOf(".");
  return { peer: reader.slice(0, at), reader: Number(reader.slice(at + 1)), epoch };
}
