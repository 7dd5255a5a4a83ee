/** URIs, IRIs, their references and templates, and JSON pointers: RFC 3986, 3987, 6570 and 6901. */
import { regexText } from "../../regex/regexText.ts";
import type { TextRegex } from "../../regex/textRegex.ts";
import { or } from "../texts.ts";
import { ipv4Source, ipv6Source } from "./addresses.ts";

const escape = "%[0-9A-Fa-f]{2}";
const subDelimiters = "!$&'()*+,;=";
/** RFC 3987 §2.2 ucschar and iprivate; each plane without its last two code points. */
const planes = Array.from({ length: 14 }, (_, i) => {
  const plane = (i + 1).toString(16);
  return `\\u{${plane}${i === 13 ? "1" : "0"}000}-\\u{${plane}fffd}`;
}).join("");
const wide = `\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef${planes}`;
const privateUse = "\\ue000-\\uf8ff\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}";

/** Sources of both, `more` being what an IRI has beside ASCII. */
function sourcesOf(more: string, moreInQuery: string): { absolute: string; relative: string } {
  const unreserved = `A-Za-z0-9._~\\-${more}`;
  const character = (others: string): string => `(?:[${unreserved}${subDelimiters}${others}]|${escape})`;
  const pathCharacter = character(":@");
  const host = `(?:\\[(?:${ipv6Source}|[Vv][0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\\]|${ipv4Source}|${character("")}*)`;
  const authority = `(?:${character(":")}*@)?${host}(?::[0-9]*)?`;
  const rooted = `(?:/${pathCharacter}*)*`;
  const absolutePath = `/(?:${pathCharacter}+${rooted})?`;
  const withoutColon = `${character("@")}+${rooted}`;
  const query = `(?:\\?(?:${pathCharacter}|[/?${moreInQuery}])*)?`;
  const fragment = `(?:#(?:${pathCharacter}|[/?])*)?`;
  const rest = `${query}${fragment}`;
  const path = `(?://${authority}${rooted}|${absolutePath}|${pathCharacter}+${rooted})`;
  return {
    absolute: `[A-Za-z][A-Za-z0-9+.-]*:${path}${rest}`,
    relative: `(?://${authority}${rooted}|${absolutePath}|${withoutColon}|)${rest}`,
  };
}

export function uriFormat(): TextRegex {
  return regexText(sourcesOf("", "").absolute);
}

export function uriReferenceFormat(): TextRegex {
  const { absolute, relative } = sourcesOf("", "");
  return or(regexText(absolute), regexText(relative));
}

export function iriFormat(): TextRegex {
  return regexText(sourcesOf(wide, privateUse).absolute);
}

export function iriReferenceFormat(): TextRegex {
  const { absolute, relative } = sourcesOf(wide, privateUse);
  return or(regexText(absolute), regexText(relative));
}

export function uriTemplateFormat(): TextRegex {
  const literal = `(?:[!#$&(-;=?-\\[\\]_a-z~${wide}${privateUse}]|${escape})`;
  const character = `(?:[A-Za-z0-9_]|${escape})`;
  const variable = `${character}(?:\\.?${character})*(?::[1-9][0-9]{0,3}|\\*)?`;
  return regexText(`(?:${literal}|\\{[+#./;?&=,!@|]?${variable}(?:,${variable})*\\})*`);
}

const pointer = "(?:/(?:[^~/]|~[01])*)*";

export function jsonPointerFormat(): TextRegex {
  return regexText(pointer, { dotAll: true });
}

export function relativeJsonPointerFormat(): TextRegex {
  return regexText(`(?:0|[1-9][0-9]*)(?:#|${pointer})`);
}
