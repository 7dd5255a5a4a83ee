/**
 * Small ONNX models as bytes: one graph over a row `x` of f32[1, V], written as protocol buffers here. Field numbers
 * are those of onnx.proto, IR version 8, operator set 17.
 */

/** A node of the graph; attributes are integers. */
interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** Constants: a scalar f32, or i64[1]. */
  readonly constants?: Readonly<Record<string, { f32: number } | { i64: number }>>;
  /** Outputs and their element types. */
  readonly outputs: Readonly<Record<string, "f32" | "i64">>;
}

const elementTypes = { f32: 1, i64: 7 } as const;
const attributeTypeInt = 2;
const irVersion = 8;
const operatorSet = 17;

/** The model of a graph over `x`: f32[1, vocabSize]. */
export function onnxModel({ nodes, constants = {}, outputs }: OnnxGraph, vocabSize: number): Uint8Array {
  const graph = [
    ...nodes.map((node) => message(1, nodeBytes(node))),
    message(2, text("row")),
    ...Object.entries(constants).map(([name, value]) => message(5, tensor(name, value))),
    message(11, valueInfo("x", elementTypes.f32, [1, vocabSize])),
    ...Object.entries(outputs).map(([name, type]) => message(12, valueInfo(name, elementTypes[type]))),
  ];
  const opset = [message(1, text("")), integer(2, operatorSet)];
  return Uint8Array.from([...integer(1, irVersion), ...message(7, graph.flat()), ...message(8, opset.flat())]);
}

function nodeBytes({ op, inputs, outputs, attributes = {} }: OnnxNode): number[] {
  return [
    ...inputs.flatMap((name) => message(1, text(name))),
    ...outputs.flatMap((name) => message(2, text(name))),
    ...message(4, text(op)),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      message(5, [...message(1, text(name)), ...integer(3, value), ...integer(20, attributeTypeInt)]),
    ),
  ];
}

function tensor(name: string, value: { f32: number } | { i64: number }): number[] {
  const isFloat = "f32" in value;
  const data = isFloat ? new Float32Array([value.f32]) : new BigInt64Array([BigInt(value.i64)]);
  return [
    ...(isFloat ? [] : integer(1, 1)),
    ...integer(2, isFloat ? elementTypes.f32 : elementTypes.i64),
    ...message(8, text(name)),
    ...message(9, [...new Uint8Array(data.buffer)]),
  ];
}

function valueInfo(name: string, elementType: number, shape?: readonly number[]): number[] {
  const dimensions = shape?.flatMap((extent) => message(1, integer(1, extent)));
  const tensorType = [...integer(1, elementType), ...(dimensions ? message(2, dimensions) : [])];
  return [...message(1, text(name)), ...message(2, message(1, tensorType))];
}

/** A length-delimited field. */
function message(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
}

function integer(field: number, value: number): number[] {
  return [...varint(field << 3), ...(value < 0 ? negativeVarint(value) : varint(value))];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** Ten bytes: two's complement of 64 bits. */
function negativeVarint(value: number): number[] {
  const bits = BigInt.asUintN(64, BigInt(value));
  return Array.from({ length: 10 }, (_, i) => Number((bits >> BigInt(7 * i)) & 127n) | (i < 9 ? 128 : 0));
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
