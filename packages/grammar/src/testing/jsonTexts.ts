/** JSON values as the schema compiler's grammars write them: on one line, properties as they stand. */

/** The value with its properties in every order; no more than `most` of them. */
export function orders(value: unknown, most: number = 1000): string[] {
  if (Array.isArray(value))
    return sequences(
      value.map((item) => orders(item, most)),
      most,
    ).map((items) => `[${items.join(", ")}]`);
  if (typeof value !== "object" || value === null) return [JSON.stringify(value)];
  const properties = Object.entries(value).map(([name, inner]) => {
    return orders(inner, most).map((text) => `${JSON.stringify(name)}: ${text}`);
  });
  return permutations(properties, most)
    .flatMap((order) => sequences(order, most))
    .slice(0, most)
    .map((texts) => `{${texts.join(", ")}}`);
}

function sequences(choices: readonly (readonly string[])[], most: number): string[][] {
  return choices.reduce<string[][]>(
    (begun, choice) => begun.flatMap((texts) => choice.map((text) => [...texts, text])).slice(0, most),
    [[]],
  );
}

function permutations<T>(values: readonly T[], most: number): T[][] {
  if (values.length === 0) return [[]];
  const found: T[][] = [];
  for (const [i, value] of values.entries()) {
    for (const rest of permutations(values.toSpliced(i, 1), most)) {
      found.push([value, ...rest]);
      if (found.length >= most) return found;
    }
  }
  return found;
}
