/** Random texts of each format are ones that ajv-formats takes; named texts are of it, or not. */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { Expressions } from "../../regex/expressions.ts";
import { randomFrom } from "../../testing/randomNumbers.ts";
import { randomText } from "../../testing/randomTexts.ts";
import { textFormat } from "./index.ts";

const ajv = new Ajv2020({ strict: false, logger: false });
addFormats.default(ajv);

describe("300 random texts of", () => {
  it.each([
    ...["date", "time", "date-time", "duration", "uuid", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference"],
    // not uri-template: ajv-formats has no dots in the names of variables
    ...["json-pointer", "relative-json-pointer", "byte", "regex"],
  ])("%s are ones for ajv-formats", (format) => {
    const expressions = new Expressions();
    const expression = expressions.text(textFormat(format)!, "utf8");
    const random = randomFrom(format.length);
    const validate = ajv.compile({ format });
    const texts = Array.from({ length: 300 }, () => randomText(expressions, expression, random, 24));
    expect(texts.filter((text) => !validate(text))).toEqual([]);
    expect(new Set(texts).size).toBeGreaterThan(50);
  });
});

const named: Readonly<Record<string, readonly [accepted: string[], refused: string[]]>> = {
  // of one byte and of two, the bits that are left over are zeros
  byte: [
    ["", "AA==", "AAA=", "+/9z", "c2Vjcg=="],
    ["A", "AB==", "AAB=", "AA", "AA=", "AAAA=", "AA==AAAA", "A-_A"],
  ],
  date: [
    ["2024-02-29", "2000-02-29", "1999-12-31"],
    ["2023-02-29", "1900-02-29", "2023-02-31", "2023-04-31", "2023-13-01"],
  ],
  time: [
    ["23:59:60Z", "01:29:60+01:30", "00:59:60+01:00", "23:29:60+23:30", "15:59:60.5-08:00", "08:30:06.283185z"],
    ["22:59:60Z", "01:29:60+00:30", "01:59:60+01:00", "15:29:60-08:00", "24:00:00Z", "08:30:06", "08:30:06+24:00"],
  ],
  "date-time": [
    ["1985-04-12T23:20:50.52Z", "1937-01-01t12:00:27+00:20"],
    ["2023-02-31T00:00:00Z", "2023-01-01 00:00:00Z"],
  ],
  // more than five groups inside each other, several names and equal numbers of digits are left out
  regex: [
    [
      "",
      "^v(?<version>.*)$",
      "^(?!foo)(bar|[^\\]a-f-])*?$",
      "[а-яё]{2,3}",
      "[一-龥]+\\p{Lu}",
      "(?<=x)\\/\\-\\1",
      "a{2,}?]",
    ],
    ["(", ")", "[", "a**", "[z-a]", "[я-а]", "a{3,2}", "(?i)a", "\\", "(?<1>a)", "+", "a{30,29}", "(?<a>.)(?<a>.)"],
  ],
  duration: [
    ["P4DT12H30M5S", "P2W", "PT1M", "P1Y2M"],
    ["P", "PT", "P1", "4DT12H", "P1D2H", "P1Y2W", "P1Y2D"],
  ],
  email: [
    ["a@b.c", "joe.bloggs@example.com", "te~st@x-y.org"],
    ["a@b", ".a@b.c", "a..b@c.d", "a@-b.c", "a b@c.d"],
  ],
  hostname: [
    ["www.example.com", "a", "1.2"],
    ["-a", "a-", "a_b", "", ".", "a..b", `${"a".repeat(64)}.b`],
  ],
  ipv4: [
    ["0.0.0.0", "255.255.255.255"],
    ["01.1.1.1", "1.1.1", "256.1.1.1", "1.1.1.1.1"],
  ],
  ipv6: [
    ["::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::8"],
    ["1::2::3", "12345::", "1:2:3", "::1%eth0", ":1"],
  ],
  uri: [
    ["http://a/b?c#d", "urn:isbn:0451450523", "mailto:a@b.c", "http://[::1]:80/"],
    ["//a/b", "a b:c", "http://a b", "/x"],
  ],
  "uri-reference": [
    ["", "/a", "//a/b", "a?b", "http://a"],
    ["\\\\a", "a b", "%", "1:a"],
  ],
  "uri-template": [["http://{a}/{b:3}{?c,d*}"], ["http://{a", "{a}}", "a b"]],
  uuid: [
    ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"],
    ["2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380"],
  ],
  uuid4: [["2eb8aa08-aa98-41ea-b4aa-73b441d16380"], ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"]],
  "json-pointer": [
    ["", "/a~1b/~0"],
    ["a", "/~", "/~2"],
  ],
  "relative-json-pointer": [
    ["0", "1/a", "2#"],
    ["01", "-1", "/a", "0##"],
  ],
  ipv4network: [["10.0.0.0/8"], ["10.0.0.0", "10.0.0.0/33"]],
};

describe.each(Object.entries(named))("%s", (format, [accepted, refused]) => {
  const expressions = new Expressions();
  const expression = expressions.text(textFormat(format)!, "utf8");
  const accepts = (text: string): boolean => expressions.accepts(expression, new TextEncoder().encode(text));
  it.each(accepted)("takes %j", (text) => expect(accepts(text)).toBe(true));
  it.each(refused)("refuses %j", (text) => expect(accepts(text)).toBe(false));
});
