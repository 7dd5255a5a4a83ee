import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRows, type RowHarness } from "@tokenmill/test-rows";
import { createEmbeddedModel, type EmbeddedModel, type ModelWarning } from "./embeddedModel.ts";
import { createRowWriter } from "./rowWriter.ts";
import type { ModelProgress } from "./training/trainModel.ts";

const eos = 50_256;

let cacheDir: string;
let model: EmbeddedModel;
const progress: ModelProgress[] = [];

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "tokenmill-"));
  model = await createEmbeddedModel({ cacheDir, onProgress: (step) => progress.push(step), onWarning: unexpected });
});

afterAll(() => rm(cacheDir, { recursive: true }));

function unexpected({ message }: ModelWarning): never {
  throw new Error(`unexpected warning: ${message}`);
}

function blockOf(source: EmbeddedModel): Buffer {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(source.tablesBytes / 65_536) });
  source.installTables!(memory, 0);
  return Buffer.from(memory.buffer, 0, source.tablesBytes);
}

async function modelFile(): Promise<string> {
  const files = await readdir(cacheDir);
  expect(files).toHaveLength(1);
  return join(cacheDir, files[0]!);
}

/** Loads with whatever is in the cache now, and says how it went. */
async function load(
  directory = cacheDir,
): Promise<{ fromCache: boolean; warnings: ModelWarning["code"][]; messages: string }> {
  const warnings: ModelWarning[] = [];
  const loaded = await createEmbeddedModel({ cacheDir: directory, onWarning: (warning) => warnings.push(warning) });
  expect(crc32(blockOf(loaded))).toBe(crc32(blockOf(model)));
  return {
    fromCache: loaded.fromCache,
    warnings: warnings.map(({ code }) => code),
    messages: warnings.map(({ message }) => message).join("\n"),
  };
}

describe("embedded model", () => {
  it("trains into less than 400 MB of tables", () => {
    expect(model.tablesBytes).toBeLessThan(400e6);
    expect(model.fromCache).toBe(false);
  });

  it("reports progress from 0 to 1, never falling", () => {
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual([
      "load",
      "encode",
      "count",
      "estimate",
      "save",
      "ready",
    ]);
  });

  // Recorded from this corpus, tokenizer and code; a change of it is a new `cacheFormatVersion`.
  it("has the same tables, bit for bit, on every machine", () => {
    expect(crc32(blockOf(model))).toBe(201_338_322);
  });
});

describe("rows", () => {
  let rows: RowHarness;
  beforeAll(async () => {
    rows = await openRows(model, createRowWriter);
  });

  const sum = (): number => rows.row.subarray(0, model.vocabSize).reduce((total, value) => total + Math.exp(value), 0);
  const encode = (text: string): number[] => model.tokenizer.encode(text);

  it.each([
    ["nothing", []],
    ["one token", [262]],
    ["two tokens", [262, 1181]],
    ["a known phrase", [262, 1578, 1829, 286]],
    ["a phrase known in part", [31_337, 262, 1578]],
    ["tokens never seen", [50_000, 50_001, 50_002]],
    ["the end of a text", [262, 1181, eos]],
    ["the beginning of a text", [262, eos, 37, 5037]],
    ["ids outside the vocabulary", [-1, 2_000_000_000, 262]],
    ["an id outside the vocabulary at the end", [262, 50_257]],
  ])("sum to 1 within 1e-6 after %s", (_, history) => {
    rows.write(history);
    expect(Math.abs(sum() - 1)).toBeLessThan(1e-6);
  });

  it("sum to 1 within 1e-6 after 300 places of a text", () => {
    const ids = encode(
      "The whale, my friends, is the state of the Union; and the American people — all of them! — ",
    ).concat(encode("quantum chromodynamics 漢字 ".repeat(30)));
    for (let length = 0; length < Math.min(ids.length, 300); length++) {
      rows.write(ids.slice(0, length));
      expect(Math.abs(sum() - 1)).toBeLessThan(1e-6);
    }
  });

  it("write vocabSize elements and nothing behind them", () => {
    rows.row.fill(123);
    rows.write([262]);
    expect(rows.row.subarray(0, model.vocabSize)).not.toContain(123);
    expect(new Set(rows.row.subarray(model.vocabSize))).toEqual(new Set([123]));
  });

  it("depend on the last three tokens only, and on none before the last end of text", () => {
    const rowAfter = (history: readonly number[]): Float32Array => {
      rows.write(history, { position: history.length, sequenceIdLow: history.length });
      return rows.row.slice(0, model.vocabSize);
    };
    const [a, b, c] = encode(" of the United") as [number, number, number];
    expect(rowAfter([1, 2, 3, a, b, c])).toEqual(rowAfter([9, a, b, c]));
    expect(rowAfter([a, b, c])).not.toEqual(rowAfter([b, c]));
    expect(rowAfter([a, eos, c])).toEqual(rowAfter([b, b, eos, c]));
    expect(rowAfter([eos])).toEqual(rowAfter([]));
  });

  it("read like the corpus: its most probable continuations are the expected ones", () => {
    const best = (text: string): string => {
      rows.write(encode(text));
      const row = rows.row.subarray(0, model.vocabSize);
      return Buffer.from(model.tokenizer.tokenBytes(row.indexOf(row.reduce((x, y) => Math.max(x, y))))).toString();
    };
    expect(best("the people of the United")).toBe(" States");
    expect(best("the state of the")).toBe(" Union");
    expect(best("Moby")).toBe(" Dick");
  });
});

describe("cache", () => {
  it("is used the second time", async () => {
    const loaded = await createEmbeddedModel({ cacheDir, onWarning: unexpected });
    expect(loaded.fromCache).toBe(true);
    expect(crc32(blockOf(loaded))).toBe(crc32(blockOf(model)));
  });

  it("that is damaged is built anew, with a warning", async () => {
    await truncate(await modelFile(), 30_000_000);
    expect(await load()).toMatchObject({ fromCache: false, warnings: ["cache_damaged"] });
    expect(await load()).toMatchObject({ fromCache: true, warnings: [] });
  });

  it("is replaced with `rebuild`", async () => {
    expect((await createEmbeddedModel({ cacheDir, rebuild: true, onWarning: unexpected })).fromCache).toBe(false);
  });

  it("that is no directory gives warnings and a model in memory", async () => {
    const { fromCache, warnings, messages } = await load(join(await modelFile(), "inside-a-file"));
    expect(fromCache).toBe(false);
    expect(warnings).toEqual(["cache_unreadable", "cache_unwritable"]);
    expect(messages).toMatch(/ENOTDIR.*training it anew/);
    expect(messages).toMatch(/set XDG_CACHE_HOME to a writable directory/);
  });

  it("survives two processes that build at the same time", async () => {
    await rm(await modelFile());
    const script = `
      import { createEmbeddedModel } from "@tokenmill/embedded-model";
      const { fromCache } = await createEmbeddedModel({ onWarning: (w) => { throw w.cause; } });
      process.exit(fromCache ? 1 : 0);`;
    const shared = await mkdtemp(join(tmpdir(), "tokenmill-"));
    const build = async (): Promise<number> => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        cwd: import.meta.dirname,
        env: { ...process.env, XDG_CACHE_HOME: shared },
        stdio: "inherit",
      });
      return ((await once(child, "exit")) as [number])[0];
    };
    expect(await Promise.all([build(), build()])).toEqual([0, 0]);
    expect(await load(join(shared, "tokenmill"))).toMatchObject({ fromCache: true, warnings: [] });
    expect(await readdir(join(shared, "tokenmill"))).toHaveLength(1);
    await rm(shared, { recursive: true });
  });
});
