/** Views of a memory that records lie in, made once. */
export interface RecordViews {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly u64: BigUint64Array;
}

export function viewsOf({ buffer }: WebAssembly.Memory): RecordViews {
  return {
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    u64: new BigUint64Array(buffer),
  };
}
