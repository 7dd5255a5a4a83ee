import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bestVariant, compileKernels, createMemory, instantiateKernels } from "./instantiate.ts";
import { kernelArities } from "./kernels.ts";
import { createSampler } from "./sampler/sampler.ts";
import { variants } from "./testing/createKernels.ts";

describe.each(variants)("%s build", (variant) => {
  it("exports exactly the kernels of the table and needs nothing but a memory", async () => {
    const module = await compileKernels(variant);
    const functions = WebAssembly.Module.exports(module).flatMap(({ kind, name }) =>
      kind === "function" ? [name] : [],
    );
    expect(functions.sort()).toEqual(Object.keys(kernelArities).sort());
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
  });

  it("instantiates on a shared memory that does not grow", async () => {
    const memory = createMemory(1);
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(memory.buffer.byteLength).toBe(65536);
    const kernels = await instantiateKernels(await compileKernels(variant), memory);
    expect(kernels.workspace_bytes(1)).toBeGreaterThan(0);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });
});

it("compiles a build once", () => {
  expect(compileKernels("scalar")).toBe(compileKernels("scalar"));
});

it("gives a host that compiles no bytes the same build as a file", async () => {
  const file = await WebAssembly.compile(readFileSync(new URL("../dist/kernels/simd.wasm", import.meta.url)));
  const logits = [1.2, 2.0, 3.5, 3.0, 1.8, 1.0];
  const draw = { seed: 42 };
  const [own, given] = await Promise.all([
    createSampler({ vocabSize: 6 }),
    createSampler({ vocabSize: 6, module: file }),
  ]);
  const params = { temperature: 0.7, topK: 3, logprobs: 2 };
  expect(given.sample(logits, params, draw)).toEqual(own.sample(logits, params, draw));
  await expect(createSampler({ vocabSize: 6, module: {} })).rejects.toThrow(
    '"module" expected WebAssembly.Module, got an object',
  );
  await expect(createSampler({ vocabSize: 6, module: file, variant: "simd" })).rejects.toThrow(
    '"variant" expected nothing beside a module, got "simd"',
  );
});

it("prefers the SIMD build here", () => {
  expect(bestVariant()).toBe("simd");
});

it("refuses a module whose exports are not those of the table", async () => {
  // (module (func (export "sample_row")))
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 14, 1, 10];
  const name = Array.from("sample_row", (c) => c.charCodeAt(0));
  const module = await WebAssembly.compile(Uint8Array.from([...bytes, ...name, 0, 0, 10, 4, 1, 2, 0, 11]));
  const refused = instantiateKernels(module, createMemory(1));
  await expect(refused).rejects.toThrow(/^kernels do not match their table: sample_row\/0, sample_row\/2, /);
});

it("refuses a memory above 4 GiB", () => {
  expect(() => createMemory(2 ** 32 + 1)).toThrow(
    "the memory expected at most 4 GiB, got 4294967297 bytes: use fewer slots",
  );
});
