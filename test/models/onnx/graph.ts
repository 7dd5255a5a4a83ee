/** Builds an ONNX graph node by node and writes it as a file. Field numbers and types: onnx.proto of onnx/onnx. */
import { Message } from "./protobuf.ts";

export type ElementType = "float" | "int32" | "int64";
/** A name is a length that is not known. */
export type Dimensions = readonly (number | string)[];
type Attribute = number | readonly number[] | { readonly float: number };

const elementTypes = { float: 1, int32: 6, int64: 7, bool: 9 } as const;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;
const irVersion = 8;
const opsetVersion = 17;

export class Graph {
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  #names = 0;

  input(name: string, type: ElementType, shape: Dimensions): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: ElementType, shape: Dimensions): string {
    this.#outputs.push(valueInfo(name, type, shape));
    return name;
  }

  floats(shape: readonly number[], values: Float32Array): string {
    return this.#tensor("float", shape, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }

  /** A list, or one number as a scalar. */
  int64(values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values;
    return this.#tensor("int64", typeof values === "number" ? [] : [list.length], int64Bytes(list));
  }

  /** @returns the node's one output */
  op(type: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.node(type, inputs, [`${type}_${this.#names++}`], attributes)[0]!;
  }

  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    domain = "",
  ): readonly string[] {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    for (const output of outputs) node.text(2, output);
    node.text(3, `node_${this.#names++}`).text(4, type);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.#nodes.push(node.text(7, domain));
    return outputs;
  }

  toBuffer(): Buffer {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, "tiny");
    for (const initializer of this.#initializers) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    const model = new Message().int(1, irVersion).text(2, "tokenmill").message(7, graph);
    model.message(8, new Message().text(1, "").int(2, opsetVersion));
    return model.message(8, new Message().text(1, "com.microsoft").int(2, 1)).toBuffer();
  }

  #tensor(type: ElementType, shape: readonly number[], bytes: Buffer): string {
    const name = `constant_${this.#names++}`;
    const tensor = new Message();
    for (const length of shape) tensor.int(1, length);
    this.#initializers.push(tensor.int(2, elementTypes[type]).text(8, name).bytes(9, bytes));
    return name;
  }
}

function int64Bytes(values: readonly number[]): Buffer {
  return Buffer.from(BigInt64Array.from(values, BigInt).buffer);
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, attributeTypes.int);
  if ("float" in value) return message.float(2, value.float).int(20, attributeTypes.float);
  for (const each of value) message.int(8, each);
  return message.int(20, attributeTypes.ints);
}

function valueInfo(name: string, type: ElementType, shape: Dimensions): Message {
  const dimensions = new Message();
  for (const length of shape) {
    dimensions.message(1, typeof length === "number" ? new Message().int(1, length) : new Message().text(2, length));
  }
  const tensor = new Message().int(1, elementTypes[type]).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
