/**
 * Who may import what. Libraries point one way: check, contracts ← core ← worker-pool ← engine ← server ← apps; sources, grammar and
 * the models' runtimes see contracts, sources the runtimes too, embedded-model sources, protocol, explain and transformers core.
 * Adding a package under packages/ means adding its row here, its `dependencies` and its tsconfig `references`.
 */

/** For each library, the workspace packages that its files, tests included, may import. */
export const libraries: Readonly<Record<string, readonly string[]>> = {
  "@tokenmill/check": [],
  "@tokenmill/cli": [
    "@tokenmill/check",
    "@tokenmill/contracts",
    "@tokenmill/embedded-model",
    "@tokenmill/engine",
    "@tokenmill/sources",
  ],
  "@tokenmill/contracts": [],
  "@tokenmill/core": ["@tokenmill/check", "@tokenmill/contracts"],
  "@tokenmill/worker-pool": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core"],
  "@tokenmill/sources": [
    "@tokenmill/check",
    "@tokenmill/contracts",
    "@tokenmill/core",
    "@tokenmill/llama",
    "@tokenmill/onnx",
  ],
  "@tokenmill/embedded-model": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core", "@tokenmill/sources"],
  "@tokenmill/protocol": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core"],
  "@tokenmill/grammar": ["@tokenmill/check", "@tokenmill/contracts"],
  "@tokenmill/llama": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core"],
  "@tokenmill/onnx": ["@tokenmill/check", "@tokenmill/contracts"],
  "@tokenmill/transformers": ["@tokenmill/check", "@tokenmill/core"],
  "@tokenmill/explain": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core"],
  "@tokenmill/engine": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core", "@tokenmill/worker-pool"],
  "@tokenmill/row-service": ["@tokenmill/check", "@tokenmill/contracts", "@tokenmill/core", "@tokenmill/worker-pool"],
  "@tokenmill/server": [
    "@tokenmill/row-service",
    "@tokenmill/check",
    "@tokenmill/contracts",
    "@tokenmill/core",
    "@tokenmill/worker-pool",
    "@tokenmill/engine",
    "@tokenmill/grammar",
    "@tokenmill/protocol",
    "@tokenmill/sources",
    "@tokenmill/embedded-model",
  ],
  "@tokenmill/cluster": [
    "@tokenmill/check",
    "@tokenmill/contracts",
    "@tokenmill/core",
    "@tokenmill/engine",
    "@tokenmill/protocol",
    "@tokenmill/sources",
  ],
};

/** Modules that stop at a boundary: outside test/, only the named libraries (and the apps, where it says so) import them. */
export const confined: readonly { module: string; to: readonly string[]; andApps: boolean }[] = [
  { module: "rxjs", to: ["@tokenmill/engine"], andApps: true },
  { module: "piscina", to: ["@tokenmill/worker-pool"], andApps: false },
  { module: "@nats-io/transport-node", to: ["@tokenmill/cluster"], andApps: false },
  { module: "@nats-io/jetstream", to: ["@tokenmill/cluster"], andApps: false },
  { module: "@nats-io/kv", to: ["@tokenmill/cluster"], andApps: false },
  {
    module: "node:worker_threads",
    to: ["@tokenmill/worker-pool", "@tokenmill/grammar", "@tokenmill/onnx"],
    andApps: false,
  },
];

/** Packages whose shipped sources (src without tests) run unchanged in a browser: no Node built-ins, no Node packages. */
export const browserSafe: readonly string[] = [
  "@tokenmill/check",
  "@tokenmill/contracts",
  "@tokenmill/core",
  "@tokenmill/explain",
];

/** Folders of such packages that are for Node: doors of their own, which the rest of the package does not import. */
export const nodeOnly: readonly string[] = ["packages/contracts/src/runtimes/"];

/**
 * Where `Math.log` and its like may stand (`inexactMath.ts`): what judges, shows or measures, and decides nothing. `at`: a
 * file, or a folder with `/`; `names`: functions, variables or properties in it.
 */
export const inexactMathAllowed: readonly { at: string; names: "all" | readonly string[] }[] = [
  { at: "packages/core/src/reference/", names: "all" },
  { at: "packages/core/src/samplers/", names: ["law"] },
  { at: "packages/core/src/samplers/mirostat.ts", names: ["topK", "logOfDifference"] },
  // f32 sums of a runtime whose rows are not bit-stable
  { at: "packages/llama/src/nodeLlamaCpp/sparseRowOf.ts", names: ["sparseRowOf"] },
  { at: "packages/explain/src/", names: "all" },
  { at: "apps/playground/src/", names: "all" },
  { at: "apps/load-test/src/", names: "all" },
];

/**
 * Trees of folders that point one way: a folder imports from those after it in `order`, and a file of the tree lies in one of
 * them. What lies outside the tree is not their matter.
 */
export const folderOrders: readonly { at: string; order: readonly string[] }[] = [
  {
    at: "packages/core/assembly/",
    order: [
      "probes",
      "entry",
      "generated",
      "samplers",
      "draw",
      "sums",
      "row",
      "sparse",
      "list",
      "blocks",
      "memory",
      "numbers",
    ],
  },
];

/** Most lines of a file that is shipped, generated ones aside. */
export const mostLines = 300;

/** Files that are longer all the same, until they are split. */
export const tooLong: readonly string[] = [];
