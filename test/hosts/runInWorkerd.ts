/** Cloudflare's workerd: it compiles no bytes, so the bundle is made with the condition `workerd`, the kernels as a module. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleCases } from "./bundle.ts";
import type { DigestOptions } from "./cases/digest.ts";
import type { Ran } from "./hosts.ts";

const worker = (options: DigestOptions): string => `import { digest } from "./cases.js";
export default {
  async fetch() {
    try {
      return Response.json({ version: navigator.userAgent, ...(await digest(${JSON.stringify(options)})) });
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
`;

const config = (port: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "cases.js", esModule = embed "cases.js"),
    (name = "simd.wasm", wasm = embed "simd.wasm"),
  ],
  compatibilityDate = "2025-11-01",
);
`;

export async function runInWorkerd(path: string, options: DigestOptions): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-workerd-"));
  await bundleCases(directory, "workerd");
  const port = await freePort();
  writeFileSync(join(directory, "worker.js"), worker(options));
  writeFileSync(join(directory, "config.capnp"), config(port));
  const host = spawn(path, ["serve", join(directory, "config.capnp")], { stdio: ["ignore", "inherit", "inherit"] });
  try {
    const response = await firstAnswer(`http://127.0.0.1:${port}/`);
    if (!response.ok) throw new Error(`workerd: ${await response.text()}`);
    return (await response.json()) as Ran;
  } finally {
    host.kill("SIGKILL");
    await once(host, "exit");
    rmSync(directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function firstAnswer(url: string): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
