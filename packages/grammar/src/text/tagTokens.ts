/** Tokens that structural tags name, by id or by the name of a special one. */
import type { FormatReader } from "./formats.ts";
import { freeTokens } from "./freeTokens.ts";
import type { Node } from "./nodes.ts";
import { expectedName, type TokenNames } from "./tokens.ts";

export class TagTokens {
  readonly #names: TokenNames;

  constructor(names: TokenNames) {
    this.#names = names;
  }

  /** Tokens of text, and special ones but for these. */
  free(format: FormatReader, except: readonly number[]): Node {
    const free = freeTokens(
      [...new Set(except)].map((id) => [id, id]),
      this.#names,
    );
    return free?.any ?? format.refuse("special tokens among those that are excluded", "one of text");
  }

  token(format: FormatReader): Node {
    format.checkNames(["type", "token"]);
    if (format.text("type") !== "token") format.refuse('type "token"', format.value["type"]);
    const id = this.#id(format, format.value["token"]);
    return { kind: "tokens", ranges: [[id, id]] };
  }

  ids(format: FormatReader, name: string): number[] {
    return format.list(name, []).map((token) => this.#id(format, token));
  }

  #id(format: FormatReader, token: unknown): number {
    const id = typeof token === "string" ? this.#names.special.get(token) : token;
    const { vocabSize } = this.#names;
    if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabSize) return id as number;
    return format.refuse(`a token's id below ${vocabSize} or ${expectedName(token, this.#names)}`, token);
  }
}
