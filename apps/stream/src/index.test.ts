/** Which packages an import loads, counted in a process of its own. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Prints the paths of all modules that the import of the argument loads. */
const program = `
import { createRequire, register } from "node:module";
import { MessageChannel } from "node:worker_threads";
const { port1, port2 } = new MessageChannel();
const urls = [];
port1.on("message", (url) => url === "end" ? print() : urls.push(url));
const hooks = "let port; export const initialize = (given) => void (port = given);" +
  "export const load = (url, context, next) => (port.postMessage(url.startsWith('data:') ? 'end' : url), next(url, context));";
register("data:text/javascript," + encodeURIComponent(hooks), { data: port2, transferList: [port2] });
const print = () => {
  const paths = urls.filter((url) => url.startsWith("file:")).map((url) => new URL(url).pathname);
  console.log(JSON.stringify([...new Set([...paths, ...Object.keys(createRequire(import.meta.url).cache)])]));
  port1.close();
};
await import(process.argv[1]);
await import("data:text/javascript,");
`;

async function loadedBy(name: string): Promise<string[]> {
  const args = ["--input-type=module", "--eval", program, import.meta.resolve(name)];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as string[];
}

function packageOf(path: string): string {
  const [, installed, own] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)|\/((?:packages|apps)\/[^/]+)\//.exec(path) ?? [];
  return installed ?? own ?? path;
}

it("the import of tokenmill loads the library, and no command line, server, plot, model's runtime or vocabulary", async () => {
  const [modules, ofEngine] = await Promise.all([loadedBy("tokenmill"), loadedBy("@tokenmill/engine")]);
  const libraries = [
    "check",
    "contracts",
    "core",
    "embedded-model",
    "engine",
    "explain",
    "grammar",
    "protocol",
    "sources",
    "worker-pool",
  ];
  const msgpack = [
    "msgpackr",
    "msgpackr-extract",
    "@msgpackr-extract/.*",
    "node-gyp-build-optional-packages",
    "detect-libc",
  ];
  const expected = new RegExp(
    `^(packages/(${libraries.join("|")})|apps/stream|rxjs|piscina|@napi-rs/.*|${msgpack.join("|")})$`,
  );
  expect([...new Set(modules.map(packageOf))].filter((name) => !expected.test(name))).toEqual([]);
  expect(modules.filter((path) => path.includes("apps/stream/dist")).length).toBeLessThan(10);
  expect(ofEngine.length).toBeGreaterThan(100);
  expect(modules.length).toBeLessThan(1.5 * ofEngine.length);
});
