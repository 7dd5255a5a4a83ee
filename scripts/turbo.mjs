// turbo without telemetry: only the environment can switch it off, and npm scripts cannot set that on every system.
process.env["TURBO_TELEMETRY_DISABLED"] = "1";
process.env["DO_NOT_TRACK"] = "1";
await import("turbo/bin/turbo");
