/** Colours of the terminal, or none. */
import { styleText } from "node:util";

export interface Style {
  readonly heading: (text: string) => string;
  readonly bar: (text: string) => string;
  readonly faint: (text: string) => string;
}

const asIs = (text: string): string => text;

const plain: Style = { heading: asIs, bar: asIs, faint: asIs };
const coloured: Style = {
  heading: (text) => styleText("bold", text),
  bar: (text) => styleText("cyan", text),
  faint: (text) => styleText("dim", text),
};

/** Colours if `stream` is a terminal that has them and `NO_COLOR` is not set. */
export function styleFor(stream: { readonly isTTY?: boolean; hasColors?: () => boolean }): Style {
  return stream.isTTY && stream.hasColors?.() ? coloured : plain;
}
