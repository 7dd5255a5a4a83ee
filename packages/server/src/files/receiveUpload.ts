/** A body of `multipart/form-data` with a file: its bytes go to the disk as they come. */
import { addAbortSignal, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { remedyOf, show } from "@tokenmill/check";
import { Busboy } from "@fastify/busboy";
import { rm } from "node:fs/promises";
import { ApiError } from "../errors/apiError.ts";
import { type FileStore, newId, type StoredFile } from "./fileStore.ts";

export interface Upload {
  readonly contentType: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly owner: string;
}

const knownFields = ["purpose", "file"];
const mostFields = 8;
const mostFieldBytes = 1024;

interface Received {
  readonly filename: string;
  readonly path: string;
}

/** @throws ApiError 400 for other fields than `file` and `purpose`, 413, and what `chunks` throws */
export async function receiveUpload(store: FileStore, { contentType, chunks, owner }: Upload): Promise<StoredFile> {
  store.checkCount();
  const fields = new Map<string, string>();
  const files: Promise<Received>[] = [];
  const coming = new AbortController();
  let isSecond = false;
  try {
    const parser = parserOf(contentType);
    parser.on("field", (name, value) => void fields.set(name, value));
    parser.on("file", (name, stream, filename) => {
      if (name !== "file" || files.length > 0) {
        if (name === "file") isSecond = true;
        else fields.set(name, "");
        stream.resume();
        return;
      }
      // The parser's own end says nothing to it.
      addAbortSignal(coming.signal, stream);
      const received = store.receive(stream as AsyncIterable<Uint8Array>).then(({ path }) => ({ filename, path }));
      // What comes behind a file that is refused is not read.
      received.catch((error: Error) => parser.destroy(error));
      files.push(received);
    });
    await pipeline(Readable.from(chunks, { objectMode: false }), parser);
    const [file] = await Promise.all(files);
    checkFields(fields);
    if (isSecond)
      throw new ApiError(400, '"file" expected one file, got more', { param: "file", code: "invalid_value" });
    if (!file) throw new ApiError(400, '"file" is missing', { param: "file", code: "missing_required_parameter" });
    return await store.adopt(file.path, { id: newId("file"), owner, filename: file.filename, purpose: "batch" });
  } catch (error) {
    coming.abort();
    const [file] = await Promise.allSettled(files);
    if (file?.status === "fulfilled") await rm(file.value.path, { force: true });
    throw error instanceof ApiError ? error : refusal(error, file);
  }
}

function parserOf(contentType: string): Busboy {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      limits: { fields: mostFields, fieldSize: mostFieldBytes, files: 2 },
    });
  } catch (cause) {
    throw new ApiError(400, "the body expected multipart/form-data with a boundary", { cause });
  }
}

function checkFields(fields: ReadonlyMap<string, string>): void {
  for (const name of fields.keys()) {
    if (knownFields.includes(name)) continue;
    const param = name.slice(0, 100);
    const message = `unknown field "${param}"${remedyOf(name, knownFields)}`;
    throw new ApiError(400, message, { param, code: "unknown_parameter" });
  }
  const purpose = fields.get("purpose");
  if (purpose === "batch") return;
  const got = purpose === undefined ? "nothing" : show(purpose);
  throw new ApiError(400, `"purpose" expected "batch", got ${got}`, { param: "purpose", code: "invalid_value" });
}

/** The file's own failure is the reason of the parser's, unless it is the parser's: of a file that ends early. */
function refusal(error: unknown, file: PromiseSettledResult<Received> | undefined): Error {
  const reason: unknown = file?.status === "rejected" ? file.reason : undefined;
  if (reason instanceof Error && (reason instanceof ApiError || "syscall" in reason)) return reason;
  return new ApiError(400, "the body expected multipart/form-data, and ends early or is damaged", { cause: error });
}
