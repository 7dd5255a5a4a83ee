/** Addresses of hosts and mailboxes: RFC 2673 §3.2, RFC 4291 §2.2, RFC 1123 §2.1, RFC 5321 §4.1.2 and RFC 6531. */
import { and, not, ofLength } from "../texts.ts";
import { regexText } from "../../regex/regexText.ts";
import type { TextRegex } from "../../regex/textRegex.ts";

const byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
export const ipv4Source: string = `(?:${byte}\\.){3}${byte}`;
const group = "[0-9A-Fa-f]{1,4}";
const last32 = `(?:${group}:${group}|${ipv4Source})`;
/** As RFC 3986 §3.2.2 writes it out. */
export const ipv6Source: string = `(?:${[
  `(?:${group}:){6}${last32}`,
  `::(?:${group}:){5}${last32}`,
  `(?:${group})?::(?:${group}:){4}${last32}`,
  `(?:(?:${group}:){0,1}${group})?::(?:${group}:){3}${last32}`,
  `(?:(?:${group}:){0,2}${group})?::(?:${group}:){2}${last32}`,
  `(?:(?:${group}:){0,3}${group})?::${group}:${last32}`,
  `(?:(?:${group}:){0,4}${group})?::${last32}`,
  `(?:(?:${group}:){0,5}${group})?::${group}`,
  `(?:(?:${group}:){0,6}${group})?::`,
].join("|")})`;

export function ipv4Format(): TextRegex {
  return regexText(ipv4Source);
}

export function ipv6Format(): TextRegex {
  return regexText(ipv6Source);
}

export function ipv4NetworkFormat(): TextRegex {
  return regexText(`${ipv4Source}/(?:3[0-2]|[12]?[0-9])`);
}

export function ipv6NetworkFormat(): TextRegex {
  return regexText(`${ipv6Source}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])`);
}

const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const domainSource = `${label}(?:\\.${label})*`;

/** Labels with hyphens in third and fourth place are for encoded names (RFC 5890 §2.3.1), which are not checked here. */
const isReserved = "(?:^|.*[.@])[A-Za-z0-9-]{2}--.*";

export function hostnameFormat(): TextRegex {
  return and(regexText(domainSource), ofLength(1, 253), not(regexText(isReserved)));
}

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

/** With dots in the domain and no quotes, as mail on the internet has it. */
export function emailFormat(): TextRegex {
  return and(
    regexText(`${atom}(?:\\.${atom})*@(?:${label}\\.)+${label}`),
    regexText("[^@]{1,64}@.{1,253}"),
    not(regexText("[^@]*@(?:.*\\.)?[A-Za-z0-9-]{2}--.*")),
  );
}

export function idnEmailFormat(): TextRegex {
  const wide = "\\u00a1-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef";
  const wideAtom = `[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${wide}-]+`;
  const wideLabel = `[A-Za-z0-9${wide}](?:[A-Za-z0-9${wide}-]{0,61}[A-Za-z0-9${wide}])?`;
  return regexText(`${wideAtom}(?:\\.${wideAtom})*@(?:${wideLabel}\\.)+${wideLabel}`);
}
