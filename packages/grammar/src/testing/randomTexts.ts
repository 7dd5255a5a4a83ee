/** Random texts of an expression: bytes that lead on, drawn one after the other. */
import type { Expr, Expressions } from "../regex/expressions.ts";

/** @param random from 0 to below 1 @param soon the length from which on the text ends where it can */
export function randomText(expressions: Expressions, expression: Expr, random: () => number, soon: number): string {
  const bytes: number[] = [];
  let rest = expression;
  for (;;) {
    const { classOf } = expressions.classes(rest);
    const firsts = new Map<number, number[]>();
    for (let byte = 0; byte < 256; byte++) {
      const each = firsts.get(classOf[byte]!);
      if (each) each.push(byte);
      else firsts.set(classOf[byte]!, [byte]);
    }
    const open = [...firsts.values()].filter((each) => !expressions.isEmpty(expressions.derive(rest, each[0]!)));
    const mayEnd = expressions.isNullable(rest);
    if (open.length === 0 || (mayEnd && (bytes.length >= soon || random() < 0.15))) break;
    const each = open[Math.floor(random() * open.length)]!;
    const byte = each[Math.floor(random() * each.length)]!;
    bytes.push(byte);
    rest = expressions.derive(rest, byte);
    if (bytes.length > 50 * soon) {
      bytes.push(...(expressions.someText(rest) ?? []));
      break;
    }
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
}
