/** Facts read from a graph: its inputs, the shape of its keys and values, and how long its rows are. */
import type { InferenceSession, ValueMetadata } from "./runtime.ts";

interface KeyValue {
  readonly past: string;
  readonly present: string;
}

export interface GraphFacts {
  readonly keyValues: readonly KeyValue[];
  /** Heads of keys and values, and their size. */
  readonly heads: number;
  readonly headSize: number;
  readonly vocabSize: number;
  readonly hasPositions: boolean;
}

const ordinaryInputs = ["input_ids", "attention_mask", "position_ids"];
const pastName = /^past(?:_key_values)?\.(\d+\.(?:key|value))$/;
const presentName = /^present(?:_key_values)?\.(\d+\.(?:key|value))$/;

/** @throws Error for a graph that is no decoder with its keys and values in f32 */
export function graphFacts(session: InferenceSession): GraphFacts {
  const { inputMetadata, inputNames, outputMetadata } = session;
  const past = inputMetadata.filter(({ name }) => pastName.test(name));
  const present = new Map(outputMetadata.map(({ name }) => [presentName.exec(name)?.[1], name]));
  const keyValues = past.map(({ name }) => ({ past: name, present: present.get(pastName.exec(name)![1]) ?? "" }));
  const first = past[0];
  if (first === undefined || keyValues.some((pair) => pair.present === "")) {
    refuse("inputs past_key_values.<layer>.key|value and outputs present.<layer>.key|value", inputNames.join(", "));
  }
  const unknown = inputNames.filter((name) => !ordinaryInputs.includes(name) && !pastName.test(name));
  if (unknown.length > 0) refuse(`inputs ${ordinaryInputs.join(", ")} beside keys and values`, unknown.join(", "));
  const logits = outputMetadata.find(({ name }) => name === "logits");
  if (logits === undefined) refuse('an output "logits"', session.outputNames.join(", "));
  for (const { name, type } of [...past, logits]) {
    if (type !== "float32") refuse("keys, values and logits in float32", `${name} in ${type}`);
  }
  return {
    keyValues,
    heads: fixedLength(first, 1),
    headSize: fixedLength(first, 3),
    vocabSize: fixedLength(logits, 2),
    hasPositions: inputNames.includes("position_ids"),
  };
}

function fixedLength({ name, shape }: ValueMetadata, axis: number): number {
  const length = shape[axis];
  return typeof length === "number" && length > 0
    ? length
    : refuse(`"${name}" with axis ${axis} fixed`, shape.join(" × "));
}

function refuse(expected: string, got: string): never {
  throw new Error(`the ONNX graph was expected to have ${expected}, got ${got}`);
}
