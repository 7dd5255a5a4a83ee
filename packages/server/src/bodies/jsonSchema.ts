/** The part of JSON Schema that requests are described with; validation and the OpenAPI document share it. */

export interface JsonSchema {
  /** Of a component of the OpenAPI document; alone. */
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";
  readonly description?: string;
  /** What the value must be, in words, for error messages. */
  readonly "x-expected"?: string;
  /** A number may have 64 bits, which is more than JSON's readers keep. */
  readonly "x-exact"?: true;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  /** Of an array's items by place, for readers of the document; `items` is what is checked. */
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly propertyNames?: JsonSchema;
  readonly default?: unknown;
}

export function string(description: string): JsonSchema {
  return { type: "string", description, "x-expected": "string" };
}

export function boolean(description: string): JsonSchema {
  return { type: "boolean", description, "x-expected": "boolean" };
}

export function integer(description: string, minimum: number, maximum?: number): JsonSchema {
  const range = maximum === undefined ? `≥ ${minimum}` : `in [${minimum}, ${maximum}]`;
  return {
    type: "integer",
    description,
    "x-expected": `integer ${range}`,
    minimum,
    ...(maximum !== undefined && { maximum }),
  };
}

/** An integer of 64 bits: a number, or a decimal string from who cannot write it exactly. */
export function bigInteger(description: string, pattern: string, expected: string): JsonSchema {
  const forms: readonly JsonSchema[] = [{ type: "integer" }, { type: "string", pattern }];
  return { anyOf: forms, description, "x-expected": expected, "x-exact": true };
}

/** An object without further fields. */
export function object(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[] = []): JsonSchema {
  return { type: "object", "x-expected": "a JSON object", properties, required, additionalProperties: false };
}
