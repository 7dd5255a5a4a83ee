/** What can be told of a file before llama.cpp, which gives no reasons, is asked to load it. */
import { open } from "node:fs/promises";

const magic = "GGUF";

/** @throws Error of the system where the file cannot be read; RangeError where it is none of the format. */
export async function checkGguf(modelPath: string): Promise<void> {
  const file = await open(modelPath);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    if (buffer.toString("latin1", 0, bytesRead) === magic) return;
  } finally {
    await file.close();
  }
  throw new RangeError(`"modelPath" expected a GGUF model, which begins with "GGUF", got ${JSON.stringify(modelPath)}`);
}

/** For a file that the check lets through. */
export function notLoaded(modelPath: string): Error {
  const reasons = "it may be cut short, damaged, or of an architecture that this llama.cpp does not know";
  return new Error(
    `"modelPath" expected a GGUF model that llama.cpp can load, got ${JSON.stringify(modelPath)}: ${reasons}`,
  );
}
