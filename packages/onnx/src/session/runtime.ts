/** What is used of onnxruntime-node, whose declarations are installed with it by those who have it. */

export interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export type Values = Record<string, Tensor>;

export interface ValueMetadata {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface InferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly ValueMetadata[];
  readonly outputMetadata: readonly ValueMetadata[];
  /** Blocks the thread. `fetches`: outputs wanted, into the tensor that is given or, for null, a new one. */
  run(feeds: Values, fetches: Record<string, Tensor | null>): Promise<Values>;
  release(): Promise<void>;
}

export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: { create(path: string, options: object): Promise<InferenceSession> };
}
