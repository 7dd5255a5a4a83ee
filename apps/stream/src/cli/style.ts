/** Terminal colours, off where the output is no terminal or wants none (https://no-color.org). */

export type Paint = (text: string) => string;

const plain: Paint = (text) => text;

/** Makes text faint if the stream is a terminal that has colours. */
export function faintOn(stream: { isTTY?: boolean }): Paint {
  const isOn = stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  return isOn ? (text) => `\x1b[2m${text}\x1b[22m` : plain;
}
