#!/usr/bin/env node
// The program of tokenmill-load: strict package managers link the commands of a package, not those of its dependencies.
await import(new URL("bin/tokenmill-load.js", import.meta.resolve("tokenmill-load/package.json")).href);
