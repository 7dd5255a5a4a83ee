// Most hosts compile kernels from bytes: nothing is given.
export const givenModule = undefined;
