// Packages with worker threads stay in node_modules.
export default { serverExternalPackages: ["tokenmill", "@tokenmill/engine", "@tokenmill/worker-pool"] };
