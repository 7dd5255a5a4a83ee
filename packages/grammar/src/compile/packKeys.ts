/** The names of properties that lexemes are, as flat data: each once. */
import type { Expr } from "../regex/expressions.ts";
import type { Lexeme } from "../rules/grammarRules.ts";
import type { ImageKeys } from "./image.ts";

/** @param places of expressions in the image */
export function packKeys(lexemes: readonly Lexeme[], places: ReadonlyMap<Expr, number>): ImageKeys {
  const numbers = new Map<string, number>();
  const names: number[] = [];
  const firstNames = new Int32Array(lexemes.length + 1);
  const outOf = new Int32Array(lexemes.length).fill(-1);
  for (let i = 0; i < lexemes.length; i++) {
    const key = lexemes[i]!.key;
    for (const name of key?.names ?? []) {
      let number = numbers.get(name);
      if (number === undefined) numbers.set(name, (number = numbers.size));
      names.push(number);
    }
    if (key?.outOf !== undefined) outOf[i] = places.get(key.outOf)!;
    firstNames[i + 1] = names.length;
  }
  return { ...packTexts([...numbers.keys()]), names: Int32Array.from(names), firstNames, outOf };
}

function packTexts(names: readonly string[]): Pick<ImageKeys, "texts" | "firstUnits"> {
  const firstUnits = new Int32Array(names.length + 1);
  for (let i = 0; i < names.length; i++) firstUnits[i + 1] = firstUnits[i]! + names[i]!.length;
  const texts = new Uint16Array(firstUnits[names.length]!);
  let at = 0;
  for (const name of names) for (let i = 0; i < name.length; i++) texts[at++] = name.charCodeAt(i);
  return { texts, firstUnits };
}
