/** A digest of all that a server's tokens follow from besides the request: two servers that share it give the same streams. */
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type LogitsSource, profiles, type Tokenizer } from "@tokenmill/core";

export interface ServerParts {
  readonly source: LogitsSource;
  readonly model: string;
  readonly version: string;
  /** Ends streams that name no length. */
  readonly maxContextTokens: number;
  readonly structuredOutput: boolean;
  /** Module URLs by name. */
  readonly customStages: Readonly<Record<string, string>>;
}

export interface ServerIdentity {
  readonly identity: string;
  /** In words that differ where the identity does: for the error of a server that does not fit to others. */
  readonly description: string;
}

export async function serverIdentity({ source, customStages, ...parts }: ServerParts): Promise<ServerIdentity> {
  const { kind, name, vocabSize, dtype, tokenizer } = source;
  const given = Object.entries(customStages).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = (await source.fingerprint?.()) ?? randomUUID();
  const texts = tokenizer && tokenizerDigest(tokenizer);
  const stages = await Promise.all(given.map(async ([stage, url]) => [stage, await moduleDigest(url)] as const));
  const identity = digestOf({
    ...parts,
    profiles,
    source: { kind, name, vocabSize, dtype, rows },
    tokenizer: texts,
    stages,
  });
  const { version, model, maxContextTokens, structuredOutput } = parts;
  const facts = [
    `${vocabSize} tokens`,
    `rows ${digestOf([kind, name, dtype, rows]).slice(0, 6)}`,
    texts === undefined ? "no texts" : `texts ${texts.slice(0, 6)}`,
    `context ${maxContextTokens}`,
    ...(structuredOutput || texts === undefined ? [] : ["no structured output"]),
    ...stages.map(([stage, digest]) => `stage ${stage} ${digest.slice(0, 6)}`),
  ];
  return { identity, description: `tokenmill ${version} with model ${model} (${facts.join(", ")})` };
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}

/** Of the texts of all tokens. */
function tokenizerDigest(tokenizer: Tokenizer): string {
  const { vocabSize, eosTokenId } = tokenizer;
  const hash = createHash("sha256").update(`${vocabSize} ${eosTokenId}`);
  for (let tokenId = 0; tokenId < vocabSize; tokenId++) {
    const bytes = tokenizer.tokenBytes(tokenId);
    hash.update(`\n${bytes.length} `).update(bytes);
  }
  return hash.digest("base64url");
}

/** Of the module's text; what it imports in turn is not looked at. A module that is no file is known by its URL. */
async function moduleDigest(url: string): Promise<string> {
  return digestOf(url.startsWith("file:") ? await readFile(new URL(url), "base64") : url);
}
