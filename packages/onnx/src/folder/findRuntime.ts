/** Where onnxruntime-node is installed. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @param directory that has it in its node_modules; absent: this package's and the working directory's are looked through */
export function findRuntime(directory: string | undefined): string {
  const places = directory === undefined ? [import.meta.url, urlIn(process.cwd())] : [urlIn(directory)];
  for (const place of places) {
    try {
      return createRequire(place).resolve("onnxruntime-node");
    } catch {
      // the next place
    }
  }
  throw new Error("ONNX models need a runtime that is not installed: npm install onnxruntime-node");
}

const urlIn = (directory: string): string => pathToFileURL(join(directory, "package.json")).href;
