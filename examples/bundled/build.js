// node build.js: with esbuild, into dist/.
import { build } from "esbuild";

await build({
  entryPoints: ["server.js", "worker.js"],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  outdir: "dist",
  // Dependencies that are CommonJS require Node's modules.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
  },
});
