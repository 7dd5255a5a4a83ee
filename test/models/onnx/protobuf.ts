/** The little of protobuf's wire format that an ONNX file is made of: varints, 32-bit floats, and bytes with their length. */

export class Message {
  readonly #parts: Buffer[] = [];

  int(field: number, value: number): this {
    return this.#add(varint(field << 3), varint(value));
  }

  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return this.#add(varint((field << 3) | 5), bytes);
  }

  bytes(field: number, value: Buffer): this {
    return this.#add(varint((field << 3) | 2), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.toBuffer());
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #add(...parts: Buffer[]): this {
    this.#parts.push(...parts);
    return this;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
