/** What a schema is refused with. */

/** A keyword that cannot be enforced, or has a value that it cannot have. */
export class UnsupportedSchemaError extends RangeError {
  override readonly name = "UnsupportedSchemaError";
  readonly keyword: string;
  /** JSON pointer (RFC 6901) to the schema object that the keyword stands in. */
  readonly pointer: string;
  readonly reason: string;

  constructor(keyword: string, pointer: string, reason: string) {
    super(`"jsonSchema" expected what can be enforced, got "${keyword}" at "${pointer}": ${reason}`);
    this.keyword = keyword;
    this.pointer = pointer;
    this.reason = reason;
  }
}

/** No value satisfies the schema, or none that can be written within the limits of numbers and lengths. */
export class EmptySchemaError extends RangeError {
  override readonly name = "EmptySchemaError";

  constructor() {
    super(`"jsonSchema" expected a schema that some value satisfies`);
  }
}
