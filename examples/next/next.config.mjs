// Packages with threads of workers or grammars stay in node_modules.
export default {
  serverExternalPackages: [
    "tokenmill",
    "@tokenmill/engine",
    "@tokenmill/grammar",
    "@tokenmill/server",
    "@tokenmill/worker-pool",
  ],
};
