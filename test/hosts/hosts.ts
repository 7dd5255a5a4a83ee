/** Every JavaScript host that runs the cases, how it is found, and how it is started. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Digest, DigestOptions } from "./cases/digest.ts";
import { runInBrowser } from "./runInBrowser.ts";
import { runInProcess } from "./runInProcess.ts";
import { runInWorkerd } from "./runInWorkerd.ts";

export interface Ran extends Digest {
  /** As the host names itself. */
  readonly version: string;
}

export interface Host {
  readonly name: string;
  /** Its executable; undefined where it is not there. */
  readonly path: string | undefined;
  /** npm packages that bring it, by the name they are installed under; undefined: of the system. */
  readonly packages?: Readonly<Record<string, string>>;
  run(path: string, options: DigestOptions): Promise<Ran>;
}

/** Where `npm run hosts -- --install` puts what comes from npm: outside the workspace, hundreds of MB. */
export const hostsDirectory: string = process.env["TOKENMILL_HOSTS"] ?? join(homedir(), ".cache", "tokenmill", "hosts");

const system = `${process.platform}-${process.arch}`;
const installed = (...parts: string[]): string | undefined => found(join(hostsDirectory, "node_modules", ...parts));
const found = (...places: (string | undefined)[]): string | undefined =>
  places.find((place) => place !== undefined && existsSync(place));

const libc = process.platform === "linux" ? "-glibc" : "";
const deno = `@deno/${system}${libc}`;
const bun = `@oven/bun-${system}`;
const workerd = `@cloudflare/workerd-${process.platform}-${process.arch === "x64" ? "64" : process.arch}`;

/** A version of Node from npm. */
function nodeOf(version: string): Host {
  const name = `node-${version}`;
  return {
    name: `Node ${version}`,
    path: installed(name, "bin/node"),
    packages: { [name]: `npm:node-${system}@${version}` },
    run: (path, options) => runInProcess(path, [], options),
  };
}

const webkitPlaces = ["x86_64", "aarch64"].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`);

export const hosts: readonly Host[] = [
  { name: "this Node", path: process.execPath, run: (path, options) => runInProcess(path, [], options) },
  ...["20.19.0", "22", "24", "26"].map(nodeOf),
  {
    name: "Bun",
    path: installed(bun, "bin/bun"),
    packages: { [bun]: "1.4.5" },
    run: (path, options) => runInProcess(path, ["run"], options),
  },
  {
    name: "Deno",
    path: installed(deno, "deno"),
    packages: { [deno]: "2.9.6" },
    run: (path, options) => runInProcess(path, ["run", "--quiet", "--no-prompt", "--allow-read"], options),
  },
  {
    name: "workerd",
    path: installed(workerd, "bin/workerd"),
    packages: { [workerd]: "latest" },
    run: runInWorkerd,
  },
  {
    name: "Chromium",
    path: found(process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"),
    run: (path, options) =>
      runInBrowser(
        path,
        (url, profile) => ["--headless=new", "--no-sandbox", `--user-data-dir=${profile}`, url],
        options,
      ),
  },
  {
    name: "Firefox",
    path: found("/usr/bin/firefox-esr", "/usr/bin/firefox"),
    run: (path, options) =>
      runInBrowser(path, (url, profile) => ["--headless", "--no-remote", "--profile", profile, url], options),
  },
  {
    name: "WebKit",
    path: existsSync("/usr/bin/xvfb-run") ? found(...webkitPlaces) : undefined,
    run: (path, options) => runInBrowser("/usr/bin/xvfb-run", (url) => ["-a", path, url], options),
  },
];
