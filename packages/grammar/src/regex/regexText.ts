/**
 * A regular expression of JavaScript as a text regex. It is built from its end, so that each part knows all that can follow
 * it, by what stands before: a lookahead is then an intersection with what follows, `$` with no text, `^` and `\b` choose.
 */
import type { AST } from "@eslint-community/regexpp";
import { characterSet, wordCharacters } from "./characterSet.ts";
import { type ParsedRegex, parseRegex } from "./parseRegex.ts";
import type { TextRegex } from "./textRegex.ts";
import {
  andText,
  anyCharacter,
  anyText,
  characterExcept,
  characterOf,
  concatText,
  emptyText,
  isEmptyText,
  matchesEmpty,
  noText,
  notText,
  orText,
  repeatText,
} from "./textRegexes.ts";

export interface RegexTextOptions {
  /** The expression may match anywhere in the text (what `RegExp.test` asks). Absent: it is the whole text. */
  readonly search?: boolean;
  /** Flag `i`. Absent: false. */
  readonly ignoreCase?: boolean;
  /** Flag `s`: the dot is a line end too. Absent: false. */
  readonly dotAll?: boolean;
}

/** All the text from some place on, by what stands before that place: nothing, a word character, another one. */
interface Rest {
  readonly start: TextRegex;
  readonly word: TextRegex;
  readonly other: TextRegex;
}

const word = characterOf(wordCharacters);
const otherCharacter = characterExcept(wordCharacters);
const something = repeatText(anyCharacter, 1, Number.POSITIVE_INFINITY);
const endsInWord = concatText([anyText, word]);
const endsInOther = concatText([anyText, otherCharacter]);
const beginsWithWord = concatText([word, anyText]);
const beginsWithOther = orText([emptyText, concatText([otherCharacter, anyText])]);

const always = (text: TextRegex): Rest => ({ start: text, word: text, other: text });
const map = (rest: Rest, change: (text: TextRegex, before: keyof Rest) => TextRegex): Rest => {
  const wordText = change(rest.word, "word");
  const otherText = rest.other === rest.word ? wordText : change(rest.other, "other");
  return { start: rest.start === rest.word ? wordText : change(rest.start, "start"), word: wordText, other: otherText };
};

/** @throws RangeError for what is no regular expression, is too long, or cannot be followed. */
export function regexText(regex: string, options: RegexTextOptions = {}): TextRegex {
  const parsed = parseRegex(regex);
  const builder = new RegexTextBuilder(parsed, options);
  const { alternatives } = parsed.pattern;
  if (!options.search) return builder.alternatives(alternatives, always(emptyText)).start;
  return before(anyText, builder.alternatives(alternatives, always(anyText))).start;
}

class RegexTextBuilder {
  readonly #regex: ParsedRegex;
  readonly #options: RegexTextOptions;
  readonly #characters = new Map<AST.Element, TextRegex>();

  constructor(regex: ParsedRegex, options: RegexTextOptions) {
    this.#regex = regex;
    this.#options = options;
  }

  /** Each of the alternatives with what follows. */
  alternatives(alternatives: readonly AST.Alternative[], rest: Rest): Rest {
    return orRests(
      alternatives.map(({ elements }) => elements.reduceRight((after, each) => this.#element(each, after), rest)),
    );
  }

  #element(element: AST.Element, rest: Rest): Rest {
    if (!hasAssertion(element)) return before(this.#plain(element), rest);
    switch (element.type) {
      case "Assertion":
        return this.#assertion(element, rest);
      case "CapturingGroup":
      case "Group":
        return this.alternatives(this.#alternativesOf(element), rest);
      case "Quantifier": {
        if (element.max > 1) return this.#regex.refusePart("a repeated assertion", element);
        const once = element.max === 0 ? always(noText) : this.#element(element.element, rest);
        return element.min === 0 ? orRests([once, rest]) : once;
      }
      case "Backreference":
      case "Character":
      case "CharacterClass":
      case "CharacterSet":
      case "ExpressionCharacterClass":
        return this.#regex.refusePart("the assertion", element);
      default:
        return element satisfies never;
    }
  }

  #assertion(element: AST.Assertion, rest: Rest): Rest {
    switch (element.kind) {
      case "start":
        return { start: rest.start, word: noText, other: noText };
      case "end":
        return map(rest, (text) => (matchesEmpty(text) ? emptyText : noText));
      case "word": {
        const [afterWord, afterOther] = element.negate
          ? [beginsWithWord, beginsWithOther]
          : [beginsWithOther, beginsWithWord];
        return {
          start: andText([afterOther, rest.start]),
          word: andText([afterWord, rest.word]),
          other: andText([afterOther, rest.other]),
        };
      }
      case "lookahead": {
        const ahead = this.alternatives(element.alternatives, always(anyText));
        const condition = map(ahead, (text) => (element.negate ? notText(text) : text));
        return {
          start: andText([condition.start, rest.start]),
          word: andText([condition.word, rest.word]),
          other: andText([condition.other, rest.other]),
        };
      }
      case "lookbehind":
        return this.#regex.refusePart("the lookbehind", element);
      default:
        return element satisfies never;
    }
  }

  /** What has no assertion in it, by itself. */
  #plain(element: AST.Element): TextRegex {
    switch (element.type) {
      case "Character":
      case "CharacterClass":
      case "CharacterSet":
        return this.#character(element);
      case "CapturingGroup":
      case "Group":
        return orText(
          this.#alternativesOf(element).map(({ elements }) => concatText(elements.map((each) => this.#plain(each)))),
        );
      case "Quantifier":
        return repeatText(this.#plain(element.element), element.min, element.max);
      case "Backreference":
        return this.#regex.refusePart("the backreference", element);
      case "ExpressionCharacterClass":
        return this.#regex.refusePart("the class", element);
      case "Assertion":
        return this.#regex.refusePart("the assertion", element);
      default:
        return element satisfies never;
    }
  }

  #alternativesOf(group: AST.Group | AST.CapturingGroup): readonly AST.Alternative[] {
    if (group.type === "Group" && group.modifiers) this.#regex.refusePart("modifiers", group.modifiers);
    return group.alternatives;
  }

  #character(element: AST.Character | AST.CharacterClass | AST.CharacterSet): TextRegex {
    let text = this.#characters.get(element);
    if (!text) {
      const { dotAll, ignoreCase } = this.#options;
      const isAny = element.type === "CharacterSet" && element.kind === "any";
      text = isAny && dotAll ? anyCharacter : characterOf(characterSet(element, this.#regex, ignoreCase));
      this.#characters.set(element, text);
    }
    return text;
  }
}

/** The text and then the rest: what stands before the rest is the text's last character, if it has one. */
function before(text: TextRegex, rest: Rest): Rest {
  if (rest.word === rest.other) {
    const after = concatText([text, rest.word]);
    if (rest.start === rest.word) return always(after);
    const begun = concatText([andText([something, text]), rest.word]);
    return { start: matchesEmpty(text) ? orText([begun, rest.start]) : after, word: after, other: after };
  }
  if (isEmptyText(text)) return rest;
  const begun = [
    concatText([andText([endsInWord, text]), rest.word]),
    concatText([andText([endsInOther, text]), rest.other]),
  ];
  return matchesEmpty(text) ? map(rest, (after) => orText([...begun, after])) : always(orText(begun));
}

function orRests(rests: readonly Rest[]): Rest {
  const [first] = rests;
  if (rests.length === 1) return first!;
  const isOne = rests.every((rest) => rest.start === rest.word && rest.word === rest.other);
  const wordText = orText(rests.map((rest) => rest.word));
  if (isOne) return always(wordText);
  return {
    start: orText(rests.map((rest) => rest.start)),
    word: wordText,
    other: orText(rests.map((rest) => rest.other)),
  };
}

function hasAssertion(part: AST.Element): boolean {
  switch (part.type) {
    case "Assertion":
      return true;
    case "CapturingGroup":
    case "Group":
      return part.alternatives.some(({ elements }) => elements.some(hasAssertion));
    case "Quantifier":
      return hasAssertion(part.element);
    case "Backreference":
    case "Character":
    case "CharacterClass":
    case "CharacterSet":
    case "ExpressionCharacterClass":
      return false;
    default:
      return part satisfies never;
  }
}
