/**
 * Structural tags as XGrammar and vLLM have them: free text, and grammars of any kind where a marker begins them. Both forms:
 * `{ structures, triggers }` and `{ type: "structural_tag", format }`. Free text ends with the first marker that is complete.
 */
import { messageOf } from "@tokenmill/check";
import { regexText } from "../regex/regexText.ts";
import { literalText, orText } from "../regex/textRegexes.ts";
import { anyTextNode } from "./anyText.ts";
import { dispatch, joinedPieces, triggered } from "./dispatch.ts";
import { FormatReader } from "./formats.ts";
import {
  emptyNode,
  type NamedRule,
  type Node,
  noNode,
  orNode,
  repeatNode,
  sequenceNode,
  type TextGrammar,
  textNode,
  withRulesFrom,
} from "./nodes.ts";
import { parseGrammar } from "./parseGrammar.ts";
import { TagTokens } from "./tagTokens.ts";
import type { TokenNames } from "./tokens.ts";

const endless = Number.POSITIVE_INFINITY;
const literal = (text: string): Node => textNode(literalText(text));
const anyLiteral = (texts: readonly string[]): Node => textNode(orText(texts.map(literalText)));

/** @param given an object, or JSON text of one @throws TypeError, RangeError with a JSON pointer to what is wrong */
export function parseStructuralTag(given: unknown, tokens: TokenNames, param = "structuralTag"): TextGrammar {
  let value = given;
  if (typeof given === "string") {
    try {
      value = JSON.parse(given);
    } catch (error) {
      throw new TypeError(`"${param}" expected an object or JSON text of one: ${messageOf(error)}`);
    }
  }
  return new StructuralTags(tokens, param).grammar(new FormatReader(value, param));
}

class StructuralTags {
  readonly #names: TokenNames;
  readonly #tokens: TagTokens;
  readonly #param: string;
  /** The first is the whole; the others are those of grammars inside. */
  readonly #rules: NamedRule[] = [{ name: "structural tag", body: noNode }];

  constructor(tokens: TokenNames, param: string) {
    this.#names = tokens;
    this.#tokens = new TagTokens(tokens);
    this.#param = param;
  }

  grammar(tag: FormatReader): TextGrammar {
    const body = tag.value["structures"] === undefined ? this.#whole(tag) : this.#structures(tag);
    return { rules: [{ name: "structural tag", body }, ...this.#rules.slice(1)], start: 0 };
  }

  #whole(tag: FormatReader): Node {
    tag.checkNames(["type", "format"]);
    if (tag.text("type", "structural_tag") !== "structural_tag") tag.refuse('type "structural_tag"', tag.value["type"]);
    return this.#node(tag.format("format"), []);
  }

  #structures(tag: FormatReader): Node {
    tag.checkNames(["type", "structures", "triggers"]);
    const triggers = tag.texts("triggers");
    const tags = tag.formats("structures").map((each) => {
      each.checkNames(["begin", "schema", "end"]);
      const schema = each.value["schema"];
      if (schema === undefined) each.refuse("a schema", schema);
      const after = sequenceNode([{ kind: "json", schema }, literal(each.text("end"))]);
      return triggered(each, each.marker("begin"), triggers, after);
    });
    return dispatch(tags, { markers: triggers, ends: [], atLeastOne: false, stopAfterFirst: false });
  }

  /** The format, and after it one of the ends; without any, the format alone. */
  #node(format: FormatReader, ends: readonly string[]): Node {
    const before = (node: Node): Node => (ends.length === 0 ? node : sequenceNode([node, anyLiteral(ends)]));
    const type = format.text("type");
    switch (type) {
      case "const_string":
        format.checkNames(["type", "value"]);
        return before(literal(format.text("value")));
      case "json_schema":
        format.checkNames(["type", "json_schema", "style", "any_order"]);
        if (format.text("style", "json") !== "json") format.refuse('style "json"', format.value["style"]);
        if (format.flag("any_order")) format.refuse("any_order false", true);
        if (format.value["json_schema"] === undefined) format.refuse("a json_schema", undefined);
        return before({ kind: "json", schema: format.value["json_schema"] });
      case "grammar":
        format.checkNames(["type", "grammar"]);
        return before(
          this.#inner(
            parseGrammar(format.text("grammar"), this.#names, `"${this.#param}" at ${format.pointer}/grammar`),
          ),
        );
      case "regex":
        format.checkNames(["type", "pattern"]);
        return before(this.#regex(format));
      case "any_text":
        return anyTextNode(format, ends);
      case "sequence": {
        format.checkNames(["type", "elements"]);
        const elements = format.formats("elements");
        const last = elements.at(-1);
        if (!last) return before(emptyNode);
        return sequenceNode([...elements.slice(0, -1).map((each) => this.#node(each, [])), this.#node(last, ends)]);
      }
      case "or":
        format.checkNames(["type", "elements"]);
        return orNode(format.formats("elements").map((each) => this.#node(each, ends)));
      case "optional":
        format.checkNames(["type", "content"]);
        return orNode([this.#node(format.format("content"), ends), before(emptyNode)]);
      case "star":
      case "plus":
        format.checkNames(["type", "content"]);
        return before(repeatNode(this.#node(format.format("content"), []), type === "plus" ? 1 : 0, endless));
      case "repeat":
        return before(this.#repeat(format));
      case "tag":
        return before(this.#tag(format));
      case "triggered_tags":
        return this.#triggeredTags(format, ends);
      case "dispatch":
        return this.#dispatch(format, ends);
      case "tags_with_separator":
        return before(this.#tagsWithSeparator(format));
      case "token":
        return before(this.#tokens.token(format));
      case "any_tokens":
        format.checkNames(["type", "exclude_tokens", "max_tokens"]);
        format.refuseField("max_tokens", "text is not counted in tokens");
        return before(this.#tokens.free(format, this.#tokens.ids(format, "exclude_tokens")));
      case "token_triggered_tags":
        return before(this.#tokenTriggeredTags(format));
      default:
        return format.refuse("a type of format that is followed", type);
    }
  }

  #regex(format: FormatReader): Node {
    try {
      return textNode(regexText(format.text("pattern")));
    } catch (error) {
      return format.refuse(`a pattern that can be followed (${messageOf(error)})`, format.value["pattern"]);
    }
  }

  /** A grammar inside: its rules come to the others. */
  #inner({ rules, start }: TextGrammar): Node {
    const base = this.#rules.length;
    for (const { name, body } of rules) this.#rules.push({ name, body: withRulesFrom(body, base) });
    return { kind: "rule", rule: base + start };
  }

  #repeat(format: FormatReader): Node {
    format.checkNames(["type", "min", "max", "content"]);
    const min = format.count("min");
    const max = format.value["max"] === -1 ? endless : format.count("max", min);
    return repeatNode(this.#node(format.format("content"), []), min, max);
  }

  #tag(format: FormatReader): Node {
    format.checkNames(["type", "begin", "content", "end"]);
    return sequenceNode([this.#delimiter(format, "begin"), this.#afterBegin(format)]);
  }

  /** Content and end of a tag. */
  #afterBegin(format: FormatReader): Node {
    const content = format.format("content");
    const { end } = format.value;
    if (typeof end === "object" && end !== null && !Array.isArray(end)) {
      return sequenceNode([this.#node(content, []), this.#tokens.token(format.format("end"))]);
    }
    const ends = Array.isArray(end) ? format.texts("end") : [format.text("end")];
    const markers = ends.filter((each) => each !== "");
    if (markers.length === ends.length && ends.length > 0) return this.#node(content, markers);
    return ends.length === 1
      ? this.#node(content, [])
      : format.refuse("an end, or several with a character in each", end);
  }

  #delimiter(format: FormatReader, name: string): Node {
    const value = format.value[name];
    return typeof value === "string" ? literal(format.text(name)) : this.#tokens.token(format.format(name));
  }

  #tags(format: FormatReader): FormatReader[] {
    const tags = format.formats("tags");
    for (const tag of tags) {
      tag.checkNames(["type", "begin", "content", "end"]);
      if (tag.text("type", "tag") !== "tag") tag.refuse('type "tag"', tag.value["type"]);
    }
    return tags.length > 0 ? tags : format.refuse("a tag", "none");
  }

  #triggeredTags(format: FormatReader, ends: readonly string[]): Node {
    format.checkNames(["type", "triggers", "tags", "at_least_one", "stop_after_first", "excludes"]);
    const triggers = format.texts("triggers");
    const tags = this.#tags(format).map((tag) => triggered(tag, tag.marker("begin"), triggers, this.#afterBegin(tag)));
    return dispatch(tags, {
      markers: [...triggers, ...format.texts("excludes")],
      ends,
      atLeastOne: format.flag("at_least_one"),
      stopAfterFirst: format.flag("stop_after_first"),
    });
  }

  #dispatch(format: FormatReader, ends: readonly string[]): Node {
    format.checkNames(["type", "rules", "loop", "excludes"]);
    const rules = format.list("rules").map((rule, index): [string, FormatReader] => {
      const isPair = Array.isArray(rule) && rule.length === 2 && typeof rule[0] === "string" && rule[0] !== "";
      if (!isPair) format.refuse(`a string and a format in rules/${index}`, rule);
      return [rule[0] as string, format.inside(rule[1], `rules/${index}/1`)];
    });
    const triggers = rules.map(([pattern]) => pattern);
    const tags = rules.map(([pattern, content]) => triggered(content, pattern, triggers, this.#node(content, [])));
    return dispatch(tags, {
      markers: [...triggers, ...format.texts("excludes")],
      ends,
      atLeastOne: false,
      stopAfterFirst: format.value["loop"] === undefined ? false : !format.flag("loop"),
    });
  }

  #tagsWithSeparator(format: FormatReader): Node {
    format.checkNames(["type", "tags", "separator", "at_least_one", "stop_after_first"]);
    const tag = orNode(this.#tags(format).map((each) => this.#tag(each)));
    const more = sequenceNode([literal(format.text("separator")), tag]);
    const some = format.flag("stop_after_first") ? tag : sequenceNode([tag, repeatNode(more, 0, endless)]);
    return format.flag("at_least_one") ? some : repeatNode(some, 0, 1);
  }

  #tokenTriggeredTags(format: FormatReader): Node {
    const names = ["type", "trigger_tokens", "tags", "exclude_tokens", "at_least_one", "stop_after_first"];
    format.checkNames(names);
    const triggers = this.#tokens.ids(format, "trigger_tokens");
    const tags = this.#tags(format).map((tag) => {
      const begin = this.#tokens.token(tag.format("begin"));
      if (begin.kind !== "tokens" || !triggers.includes(begin.ranges[0]![0])) {
        tag.refuse("a begin that is one of the trigger tokens", tag.value["begin"]);
      }
      return sequenceNode([begin, this.#afterBegin(tag)]);
    });
    const free = this.#tokens.free(format, [...triggers, ...this.#tokens.ids(format, "exclude_tokens")]);
    const piece = sequenceNode([free, orNode(tags)]);
    return joinedPieces(
      { first: orNode(tags), piece, last: free, end: emptyNode },
      { atLeastOne: format.flag("at_least_one"), stopAfterFirst: format.flag("stop_after_first") },
    );
  }
}
