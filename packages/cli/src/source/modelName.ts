/** What answers call a model. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { ModelFlags } from "./modelFlags.ts";

/** As asked for, else by its file or folder, from which `--model` finds it; undefined: as its source is called. */
export function modelNameOf({ model, modelName }: ModelFlags & { readonly modelName?: string }): string | undefined {
  if (modelName !== undefined || model === undefined) return modelName;
  return (existsSync(model) ? basename(resolve(model)) : model).replace(/\.(gguf|onnx)$/i, "");
}
