import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages,apps}/*/{src,bench}/**/*.test.ts", "test/*/**/*.test.ts"],
    // Forks: tests start real worker threads on shared WebAssembly memories, which must not share vitest's own threads.
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a browser or a worker shows sooner or later: a busy machine takes its time.
    expect: { poll: { timeout: 20_000 } },
  },
});
