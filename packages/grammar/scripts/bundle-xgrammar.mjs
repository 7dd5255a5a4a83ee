// Bundles @mlc-ai/web-xgrammar into src/generated/xgrammar.mjs: as published it is a UMD file under "type": "module", which
// Node does not import. What is wanted of it is the WebAssembly binding, whose calls are synchronous: the class wrappers
// around it wait for its set-up in every call, and share one binding that nobody can replace.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/** Each is replaced that many times, or the package has changed and needs a look. */
const edits = [
  // where to load files from: there are none, the WebAssembly is embedded
  ["require('u' + 'rl').pathToFileURL(__filename).href", '"file:///xgrammar.js"', 3],
  ["exports.default = index;", "exports.default = index;\n  exports.createBinding = Module;", 1],
];

const exportBinding = {
  name: "export-binding",
  transform(code, id) {
    if (!id.includes("web-xgrammar")) return null;
    let edited = code;
    for (const [from, to, count] of edits) {
      const parts = edited.split(from);
      if (parts.length !== count + 1) {
        throw new Error(
          `@mlc-ai/web-xgrammar: expected ${count} times ${JSON.stringify(from)}, got ${parts.length - 1}`,
        );
      }
      edited = parts.join(to);
    }
    return { code: edited, map: null };
  },
};

const input = fileURLToPath(import.meta.resolve("@mlc-ai/web-xgrammar"));
const file = "src/generated/xgrammar.mjs";
mkdirSync("dist/generated", { recursive: true });
const bundle = await rolldown({ input, platform: "node", plugins: [exportBinding], logLevel: "silent" });
await bundle.write({ file, format: "esm", exports: "named" });
await bundle.close();
writeFileSync("src/generated/xgrammar.d.mts", "declare const xgrammar: unknown;\nexport default xgrammar;\n");
copyFileSync(file, "dist/generated/xgrammar.mjs");
