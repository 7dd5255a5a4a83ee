/**
 * Every exported function refuses what is not its own: wrong kinds, NaN, numbers out of range, unknown names. `table.ts` has a
 * row for each; this walks over what the packages really export.
 */
import { describe, expect, it } from "vitest";
import { type Argument, hostile, type Row } from "./row.ts";
import { methods, sampler, table } from "./table.ts";

/** The error, or undefined where the call went well. */
async function errorOf({ call, dispose }: Row, args: readonly unknown[]): Promise<unknown> {
  let result: unknown;
  try {
    result = await call(...(args as never[]));
  } catch (error) {
    return error;
  }
  await dispose?.(result as never);
  return undefined;
}

const show = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : String(value));

/** Why the refusal is none, or undefined. A message names the field, or the argument that it belongs to. */
function faultOf(error: unknown, name: string): string | undefined {
  if (error === undefined) return "is accepted";
  if (!(error instanceof Error)) return "throws what is no error";
  const isOurs = error instanceof TypeError || error instanceof RangeError || error.name === "ProtocolError";
  if (!isOurs) return `throws ${error.name}: ${error.message}`;
  return error.message.includes(`"${name}`) ||
    error.message.includes(`.${name}"`) ||
    error.message.startsWith(`${name} `)
    ? undefined
    : `says ${error.message}`;
}

async function faultsOfValue(
  row: Row,
  name: string,
  value: unknown,
  isGood: boolean,
  args: unknown[],
): Promise<string[]> {
  if (isGood && row.isDear) return [];
  const error = await errorOf(row, args);
  const where = `${name} = ${show(value)}`;
  if (isGood) return faultOf(error, name) === undefined ? [`${where} is refused: ${(error as Error).message}`] : [];
  const fault = faultOf(error, name);
  return fault === undefined ? [] : [`${where} ${fault}`];
}

async function faultsOfArgument(row: Row, index: number, argument: Argument): Promise<string[]> {
  const { name, good, fields, accepts = () => false } = argument;
  const withArgument = (value: unknown): unknown[] => row.args.map((other, i) => (i === index ? value : other.good));
  const faults: string[] = [];
  for (const value of hostile) {
    faults.push(...(await faultsOfValue(row, name, value, accepts(value), withArgument(value))));
    for (const [field, takes] of Object.entries(fields ?? {})) {
      const given = { ...(good as object), [field]: value };
      faults.push(...(await faultsOfValue(row, field, value, takes(value), withArgument(given))));
    }
  }
  const [field] = Object.keys(fields ?? {});
  if (field === undefined) return faults;
  const misspelt = `${field.slice(0, -2)}${field.at(-1)}${field.at(-2)}`;
  if (misspelt === field || "own" === field) return faults;
  const error = await errorOf(row, withArgument({ ...(good as object), [misspelt]: 1 }));
  const says = error instanceof TypeError ? error.message : String(error);
  if (!new RegExp(`"${misspelt}", did you mean "`).test(says)) faults.push(`unknown ${misspelt}: ${says}`);
  return faults;
}

async function faultsOf(row: Row): Promise<string[]> {
  const faults: string[] = [];
  for (const [index, argument] of row.args.entries()) faults.push(...(await faultsOfArgument(row, index, argument)));
  return faults;
}

it("every exported function has a row", () => {
  expect(table.filter(([, row]) => row === undefined).map(([name]) => name)).toEqual([]);
  expect(table.length).toBeGreaterThan(60);
});

describe("exported functions", () => {
  const once = table.filter(([, row], i) => row !== undefined && table.findIndex(([, other]) => other === row) === i);

  it.each(once)("%s", async (_, row) => {
    expect(await faultsOf(row!)).toEqual([]);
  });
});

describe("methods of the sampler", () => {
  it("have a row each", () => {
    const prototype = Object.getPrototypeOf(sampler) as object;
    const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
    expect(names.sort()).toEqual(methods.map(([name]) => name).sort());
  });

  it.each(methods)("%s", async (_, row) => {
    expect(await faultsOf(row)).toEqual([]);
  });
});

it("the prober finds what is accepted, ill-named or wrongly refused", async () => {
  const row = (call: Row["call"]): Row => ({ call, args: [{ name: "n", good: 1, accepts: (value) => value === -1 }] });
  const refusing = (name: string, isFor: (value: unknown) => boolean): Row =>
    row((value) => {
      if (isFor(value)) throw new TypeError(`"${name}" expected something else`);
    });
  expect(await faultsOf(refusing("n", (value) => value !== -1))).toEqual([]);
  expect(await faultsOf(refusing("n", (value) => value !== -1 && value !== "a"))).toEqual(['n = "a" is accepted']);
  expect(await faultsOf(refusing("n", () => true))).toHaveLength(1);
  expect(await faultsOf(refusing("m", (value) => value !== -1))).toHaveLength(hostile.length - 1);
});
