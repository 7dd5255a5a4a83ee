// Writes the version of the package in whose folder it runs as a module into src/generated, so that it needs no file to be
// read when the package runs, bundled or not.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
mkdirSync("src/generated", { recursive: true });
writeFileSync(
  "src/generated/packageVersion.ts",
  `/** Built from package.json by scripts/write-version.mjs. */\nexport const packageVersion: string = ${JSON.stringify(version)};\n`,
);
