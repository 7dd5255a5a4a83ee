/**
 * A regular expression of JavaScript as a text regex. It is built from its end, so that each part knows all that can follow
 * it, by what stands before: a lookahead is then an intersection with what follows, `$` with no text, `^` and `\b` choose.
 */
import { type AST, visitRegExpAST } from "@eslint-community/regexpp";
import { hasAssertion, isSettled, lengthsOf } from "./assertions.ts";
import { characterSet, type CodeRange, complementOf, wordCharacters } from "./characterSet.ts";
import type { ParsedRegex } from "./parseRegex.ts";
import { oneKind, type Rest, Rests, tellApart } from "./rests.ts";
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
  isNone,
  matchesEmpty,
  noText,
  notText,
  orText,
  repeatText,
} from "./textRegexes.ts";

export interface RegexFlags {
  /** Flag `i`. Absent: false. */
  readonly ignoreCase?: boolean;
  /** Flag `s`: the dot is a line end too. Absent: false. */
  readonly dotAll?: boolean;
}

/** What a lookbehind looks for: one character, or nothing before. */
interface Behind {
  readonly set: readonly CodeRange[];
  readonly isStart: boolean;
}

const word = characterOf(wordCharacters);
const something = concatText([anyCharacter, anyText]);
const beginsWithWord = concatText([word, anyText]);
const beginsWithOther = orText([emptyText, concatText([characterExcept(wordCharacters), anyText])]);
/** Kinds of characters that an expression may tell apart before a place. */
const mostKinds = 32;

export class RegexBuilder {
  readonly #regex: ParsedRegex;
  readonly #flags: RegexFlags;
  readonly #characters = new Map<AST.Element, TextRegex>();
  readonly #behind = new Map<AST.Assertion, Behind>();
  readonly #rests: Rests;

  constructor(regex: ParsedRegex, flags: RegexFlags) {
    this.#regex = regex;
    this.#flags = flags;
    let kinds = oneKind;
    visitRegExpAST(regex.pattern, {
      onAssertionEnter: (each) => {
        if (each.kind === "word") kinds = tellApart(kinds, wordCharacters);
        if (each.kind !== "lookbehind") return;
        const behind = this.#behindOf(each.alternatives, each);
        this.#behind.set(each, behind);
        kinds = tellApart(kinds, behind.set);
        if (kinds.length > mostKinds) regex.refusePart(`more than ${mostKinds} kinds of characters before`, each);
      },
    });
    this.#rests = new Rests(kinds);
  }

  /** Kinds of characters that are told apart before a place, and the rest that is the same before all of them. */
  get rests(): Rests {
    return this.#rests;
  }

  /** The expression and what follows it, by what stands before. */
  before(rest: Rest): Rest {
    return this.#alternatives(this.#regex.pattern.alternatives, rest);
  }

  /** Each of the alternatives with what follows. */
  #alternatives(alternatives: readonly AST.Alternative[], rest: Rest): Rest {
    return this.#rests.or(
      alternatives.map(({ elements }) => elements.reduceRight((after, each) => this.#element(each, after), rest)),
    );
  }

  #element(element: AST.Element, rest: Rest): Rest {
    if (!hasAssertion(element)) return this.#rests.before(this.#plain(element), rest);
    switch (element.type) {
      case "Assertion":
        return this.#assertion(element, rest);
      case "CapturingGroup":
      case "Group":
        return this.#alternatives(this.#alternativesOf(element), rest);
      case "Quantifier": {
        if (element.max > 1) return this.#repeated(element, rest);
        if (element.max === 0) return rest;
        const once = this.#element(element.element, rest);
        return element.min === 0 ? this.#rests.or([once, rest]) : once;
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

  /** Assertions that are settled within each repetition, or lookaheads before each character up to the end. */
  #repeated({ element, min, max }: AST.Quantifier, rest: Rest): Rest {
    const rests = this.#rests;
    if (isSettled(element, 0, 0)) {
      const [part] = this.#element(element, rests.always(emptyText));
      return rests.before(repeatText(part!, min, max), rest);
    }
    const isEnd = rest.every((text) => isEmptyText(text) || isNone(text));
    const tempered = isEnd ? this.#tempered(element, min, max) : undefined;
    return tempered ? rests.before(tempered, rest) : this.#regex.refusePart("a repeated assertion", element.parent);
  }

  /** Characters up to the text's end with lookaheads before each; undefined for anything else. */
  #tempered(element: AST.QuantifiableElement, min: number, max: number): TextRegex | undefined {
    if (element.type !== "Group" && element.type !== "CapturingGroup") return undefined;
    const [alternative, ...others] = this.#alternativesOf(element);
    const [character, ...lookaheads] = alternative!.elements.toReversed();
    if (others.length > 0 || !character || hasAssertion(character)) return undefined;
    const { min: least, max: most } = lengthsOf(character);
    if (least !== 1 || most !== 1) return undefined;
    const conditions: TextRegex[] = [];
    for (const each of lookaheads) {
      if (each.type !== "Assertion" || each.kind !== "lookahead") return undefined;
      const [ahead, ...elsewhere] = this.#alternatives(each.alternatives, this.#rests.always(anyText));
      if (elsewhere.some((text) => text !== ahead)) return undefined;
      const wrong = each.negate ? ahead! : notText(ahead!);
      conditions.push(notText(concatText([anyText, andText([something, wrong])])));
    }
    return andText([repeatText(this.#plain(character), min, max), ...conditions]);
  }

  #assertion(element: AST.Assertion, rest: Rest): Rest {
    const rests = this.#rests;
    switch (element.kind) {
      case "start":
        return rest.map((text, i) => (i === 0 ? text : noText));
      case "end":
        return rests.map(rest, (text) => (matchesEmpty(text) ? emptyText : noText));
      case "word": {
        const by = rests.areIn(wordCharacters, false);
        return rests.map(
          rest,
          (text, isWord) => andText([isWord === element.negate ? beginsWithWord : beginsWithOther, text]),
          by,
        );
      }
      case "lookahead": {
        const ahead = this.#alternatives(element.alternatives, rests.always(anyText));
        const condition = rests.map(ahead, (text) => (element.negate ? notText(text) : text));
        return rest.map((text, i) => andText([condition[i]!, text]));
      }
      case "lookbehind": {
        const { set, isStart } = this.#behind.get(element)!;
        const by = rests.areIn(set, isStart);
        return rest.map((text, i) => (by[i] === element.negate ? noText : text));
      }
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

  /** @param part for messages */
  #behindOf(alternatives: readonly AST.Alternative[], part: AST.Assertion): Behind {
    const all = alternatives.map(({ elements }): Behind => {
      const [element] = elements;
      if (element?.type === "Assertion" && element.kind === "start") return { set: [], isStart: true };
      if (!element || elements.length > 1) return this.#regex.refusePart("the lookbehind", part);
      if (element.type === "Group" || element.type === "CapturingGroup")
        return this.#behindOf(this.#alternativesOf(element), part);
      const character = hasAssertion(element) ? noText : this.#plain(element);
      if (character.kind !== "class") return this.#regex.refusePart("the lookbehind", part);
      return { set: character.ranges, isStart: false };
    });
    const without = complementOf(all.flatMap(({ set }) => set));
    return { set: complementOf(without), isStart: all.some(({ isStart }) => isStart) };
  }

  #character(element: AST.Character | AST.CharacterClass | AST.CharacterSet): TextRegex {
    let text = this.#characters.get(element);
    if (!text) {
      const { dotAll, ignoreCase } = this.#flags;
      const isAny = element.type === "CharacterSet" && element.kind === "any";
      text = isAny && dotAll ? anyCharacter : characterOf(characterSet(element, this.#regex, ignoreCase));
      this.#characters.set(element, text);
    }
    return text;
  }
}
