// `npm run docs`: the documentation as a site in docs/.vitepress/dist, built from these pages, the docstrings of all packages
// and the built playground. Its tools (140 MB) are installed here, by this command alone.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cwd = import.meta.dirname;
const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
};

run("npx", "--yes", "pnpm@10.34.9", "install", "--frozen-lockfile", "--prefer-offline");
for (const folder of ["api", "public", ".vitepress/dist"]) rmSync(`${cwd}/${folder}`, { recursive: true, force: true });
cpSync(fileURLToPath(new URL("../apps/playground/dist/page", import.meta.url)), `${cwd}/public/play`, {
  recursive: true,
});
run("npm", "run", "-s", process.argv[2] ?? "build");
