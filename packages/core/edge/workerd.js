// Cloudflare's workerd compiles no bytes; its bundlers make a module of an imported .wasm file.
import kernels from "../dist/kernels/simd.wasm";

export const givenModule = kernels;
