/** The JSON-Schema-Test-Suite, if installed: refused by keyword, or exactly what is valid is accepted, in some order. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { orders } from "../testing/jsonTexts.ts";
import { languageOf } from "../testing/schemaLanguage.ts";
import { UnsupportedSchemaError } from "./errors.ts";

interface Group {
  readonly draft: string;
  readonly file: string;
  readonly name: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly valid: boolean; readonly data: unknown; readonly name: string }[];
}

/** In `shared`, beside the repository. */
function suiteFile(): string {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "pnpm-workspace.yaml"))) root = dirname(root);
  return join(dirname(root), "shared", "schemas", "suite.jsonl.gz");
}

const suite = suiteFile();

/** Groups with another answer, by design: [file, part of the name]. */
const different: readonly (readonly [file: string, name: string, reason: string])[] = [
  ["format.json", "", "formats of the standard are enforced, not annotations"],
  ["optional/format/email.json", "e-mail", "no quoted local parts, no address literals"],
  ["optional/format/hostname.json", "host names", "no encoded international labels"],
  ["optional/bignum.json", "integer", "an integer without bounds is a safe one"],
  ["optional/float-overflow.json", "", "an integer without bounds is a safe one"],
  ["optional/format-assertion.json", "format-assertion: false", "formats of the standard are enforced"],
  ["vocabulary.json", "no validation vocabulary", "all keywords hold, whatever a metaschema of one's own says"],
  ["optional/content.json", "", "contents are annotations, as since 2019-09"],
  ["ref.json", "ref overrides any sibling keywords", "no $schema says that it is draft 7"],
  ["ref.json", "$ref prevents a sibling $id", "no $schema says that it is draft 7"],
];

function answerOf({ schema, tests }: Group): "followed" | "refused" | string[] {
  let accepts: (text: string) => boolean;
  try {
    accepts = languageOf(schema);
  } catch (error) {
    if (error instanceof UnsupportedSchemaError) return "refused";
    throw error;
  }
  const wrong = tests.filter(({ valid, data }) => orders(data, 800).some(accepts) !== valid);
  return wrong.length === 0 ? "followed" : wrong.map(({ name }) => name);
}

it.skipIf(!existsSync(suite))(
  "the suite's groups are followed or refused, but for those that are named",
  () => {
    const groups = gunzipSync(readFileSync(suite))
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Group);
    const counts = { followed: 0, refused: 0, different: 0 };
    const wrong: unknown[] = [];
    for (const group of groups) {
      const answer = answerOf(group);
      if (typeof answer === "string") counts[answer]++;
      else if (different.some(([file, name]) => group.file === file && group.name.includes(name))) counts.different++;
      else wrong.push([group.draft, group.file, group.name, answer]);
    }
    process.stdout.write(`JSON-Schema-Test-Suite: ${JSON.stringify(counts)}\n`);
    expect(wrong).toEqual([]);
  },
  300_000,
);
