// Edge functions of Next.js compile no bytes; its bundlers make a module of a .wasm file that is imported so.
import kernels from "../dist/kernels/simd.wasm?module";

export const givenModule = kernels;
