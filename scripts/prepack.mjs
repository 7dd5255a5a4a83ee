// Runs before a package is packed, in its folder: refuses an unbuilt tree and clients that leave `workspace:` and `catalog:`
// in the manifest, and lays the licence and the notice of the repository beside it.
import { copyFileSync, existsSync, readFileSync } from "node:fs";

const { name, exports = {}, bin = {} } = JSON.parse(readFileSync("package.json", "utf8"));

function stop(problem) {
  console.error(`${name}: ${problem}`);
  process.exit(1);
}

const client = (process.env.npm_config_user_agent ?? "").split("/")[0];
if (client !== "pnpm") stop(`expected to be packed with pnpm, got ${client || "no client"}: run "pnpm -r pack"`);

const targets = [
  ...Object.values(exports).flatMap((target) => (typeof target === "string" ? target : Object.values(target))),
  ...Object.values(bin),
];
const missing = targets.filter((path) => !existsSync(path));
if (missing.length > 0) stop(`expected a built tree, missing ${missing.join(", ")}: run "npm run build"`);

for (const file of ["LICENSE", "NOTICE"]) copyFileSync(new URL(`../${file}`, import.meta.url), file);
