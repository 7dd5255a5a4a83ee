/** Formats by name: those of the standard (JSON Schema validation §7.3), and some of OpenAPI's and of schema libraries. */
import { regexText } from "../../regex/regexText.ts";
import type { TextRegex } from "../../regex/textRegex.ts";
import { partialTexts } from "../partialTexts.ts";
import { or } from "../texts.ts";
import * as addresses from "./addresses.ts";
import * as dates from "./dates.ts";
import { regexFormat } from "./regexes.ts";
import * as uris from "./uris.ts";

const uuid = (version: string): (() => TextRegex) => {
  return () => regexText(`[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-${version}[0-9A-Fa-f]{3}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`);
};

/** RFC 4648 §4, with its padding. */
const base64 = (): TextRegex =>
  regexText("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?");

const formats: Readonly<Record<string, () => TextRegex>> = {
  base64,
  byte: base64,
  date: dates.dateFormat,
  "date-time": dates.dateTimeFormat,
  duration: dates.durationFormat,
  email: addresses.emailFormat,
  hostname: addresses.hostnameFormat,
  "idn-email": addresses.idnEmailFormat,
  ipv4: addresses.ipv4Format,
  ipv4network: addresses.ipv4NetworkFormat,
  ipv6: addresses.ipv6Format,
  ipv6network: addresses.ipv6NetworkFormat,
  ipvanyaddress: () => or(addresses.ipv4Format(), addresses.ipv6Format()),
  ipvanynetwork: () => or(addresses.ipv4NetworkFormat(), addresses.ipv6NetworkFormat()),
  iri: uris.iriFormat,
  "iri-reference": uris.iriReferenceFormat,
  "json-pointer": uris.jsonPointerFormat,
  "relative-json-pointer": uris.relativeJsonPointerFormat,
  time: dates.timeFormat,
  uri: uris.uriFormat,
  "uri-reference": uris.uriReferenceFormat,
  "uri-template": uris.uriTemplateFormat,
  regex: () => partialTexts(regexFormat()),
  uuid: uuid("[0-9A-Fa-f]"),
  uuid1: uuid("1"),
  uuid3: uuid("3"),
  uuid4: uuid("4"),
  uuid5: uuid("5"),
};
const made = new Map<string, TextRegex>();

/** Formats of the standard that need tables of Unicode. */
export const unfollowedFormats: readonly string[] = ["idn-hostname"];

/** Texts of the format; undefined for one that is not known. */
export function textFormat(name: string): TextRegex | undefined {
  let texts = made.get(name);
  if (!texts && Object.hasOwn(formats, name)) made.set(name, (texts = formats[name]!()));
  return texts;
}
