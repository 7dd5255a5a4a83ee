/** The type of a compiled module, for programs whose types know no WebAssembly too (`lib` without DOM, no @types/node). */
export type KernelModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;
