/** The SIMD build of the kernels, as the host's bundler makes a module of it. */
declare const kernels: WebAssembly.Module;
export default kernels;
