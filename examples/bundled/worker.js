import "@tokenmill/worker-pool/worker";
