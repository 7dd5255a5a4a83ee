import { defineConfig } from "vite";

/** The shared memory of the kernels needs a cross-origin isolated page. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  build: {
    outDir: "dist/page",
    license: { fileName: "licenses.md" },
    target: "es2023",
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: { headers: isolation, proxy: { "/v1": { target: "http://127.0.0.1:8080", ws: true } } },
  preview: { headers: isolation },
});
