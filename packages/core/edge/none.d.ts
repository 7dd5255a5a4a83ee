export declare const givenModule: WebAssembly.Module | undefined;
