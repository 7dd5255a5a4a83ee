/** What each keyword lets pass, and what it does not: texts of the grammar, and others near to them. */
import { describe, expect, it } from "vitest";
import { languageOf } from "../testing/schemaLanguage.ts";

const big = "9007199254740991";
/** Schema, texts that are of it, texts that are not. */
const cases: Readonly<Record<string, readonly (readonly [schema: unknown, accepted: string[], refused: string[]])[]>> =
  {
    "lists of words": [
      [{ enum: ["aaa", "aba", "abb"] }, ['"aaa"', '"aba"', '"abb"'], ['"aab"', '"bbb"', '"aa"', '"aaaa"']],
      [{ enum: ["February", "March"] }, ['"February"', '"March"'], ['"Februarrch"', '"Februarch"']],
      [{ enum: ["A+", "A", "A-", "F"] }, ['"A+"', '"A"', '"A-"', '"F"'], ['"A-----"', '"A+-"', '"F-"', '""']],
      [
        { const: { b: [1, null], a: "x" } },
        ['{"b": [1, null], "a": "x"}'],
        ['{"b": [1], "a": "x"}', '{"a": "x"}', "{}"],
      ],
      [{ enum: [1.0, 0.5, "1"] }, ["1", "0.5", '"1"'], ["0.50", "5", "10"]],
    ],
    "integer bounds": [
      [
        { type: "integer", minimum: -32768, maximum: 32767 },
        ["-32768", "32767", "0", "-1", "999"],
        ["-32769", "32768", "40000", "00", "-0", "1.0"],
      ],
      [{ type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 120 }, ["1", "119"], ["0", "120", "129", "1190"]],
      [{ type: "integer", minimum: 0, maximum: 10, exclusiveMaximum: true }, ["9"], ["10"]],
      [
        { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 },
        [big, `-${big}`, "0"],
        ["9007199254740992", "-9007199254740992"],
      ],
      [
        JSON.parse('{"type":"integer","minimum":0,"maximum":18446744073709551615}'),
        ["18446744073709552000"],
        ["18446744073709552001"],
      ],
      [{ type: "integer", format: "int64" }, ["9223372036854775807", "-9223372036854775808"], ["9223372036854775808"]],
      [{ type: "integer", anyOf: [{ maximum: -1000 }, { minimum: 1000 }] }, ["1000", "-1000"], ["999", "-999", "0"]],
      [{ type: "integer" }, [big, "-1"], ["9007199254740992", "1.5", "01", "1".repeat(17)]],
    ],
    numbers: [
      [{ type: "number", minimum: 0, maximum: 1 }, ["0", "1", "0.5", "0.0", "1.000"], ["1.1", "-0.1", "1.0001", "1e0"]],
      [{ type: "number", exclusiveMinimum: -0.25, maximum: 0.1 }, ["-0.2499", "0.1", "0"], ["-0.25", "-0.250", "0.11"]],
      [{ type: "number", multipleOf: 0.01 }, ["1.25", "1.2", "1", "1.250"], ["1.255", "0.001"]],
      [{ type: "number", multipleOf: 1 }, ["6000.0", "6000", "-3"], ["0.5"]],
      [{ type: "integer", multipleOf: 7, minimum: 50 }, ["56", "70", "7000"], ["49", "57", "-56"]],
      [{ type: "number", not: { type: "integer" } }, ["0.5"], ["1", "1.0"]],
      [{ type: "number" }, ["1e99", "-1.5E-7", "12345678901234567"], ["1e999", "123456789012345678", ".5", "1."]],
    ],
    patterns: [
      [{ type: "string", pattern: "yes|no" }, ['"yes"', '"no"', '"oh yes"'], ['no"', '"ye"']],
      [{ type: "string", pattern: "^a|b$" }, ['"ax"', '"xb"'], ['"xa"', '"bx"']],
      [{ type: "string", pattern: "b" }, ['"abc"', '"b"'], ['"ac"', '""']],
      [{ type: "string", pattern: "^https?://" }, ['"https://x"'], ['"ftp://"', '" http://"']],
      [{ type: "string", pattern: "^[ -~]{3}$" }, ['"a\\"b"', '"\\\\ ~"'], ['"a""', '"ab"']],
      [{ type: "string", pattern: "^[^a]$" }, ['"\\n"', '"\\u0001"', '"é"', '"😀"'], ['"a"', '"\n"']],
      [{ type: "string", pattern: "^[à-ü]{2}$" }, ['"éü"'], ['"éz"', '"é"']],
      [{ type: "string", pattern: "^[а-я]+$", maxLength: 3 }, ['"где"'], ['"тогда"', '"abc"']],
      [{ type: "string", pattern: "^(?!no).+$" }, ['"yes"', '"n"'], ['"no"', '"nothing"']],
    ],
    "formats beside other keywords": [
      [{ type: "string", format: "date", maxLength: 3 }, [], ['"2778-10-15"']],
      [{ type: "string", format: "date", pattern: "^2024" }, ['"2024-02-29"'], ['"2023-01-01"', '"2024-02-30"']],
      [{ type: "string", format: "ipv4" }, ['"18.2.75.3"'], ['"18.2.75.003"', '"256.1.1.1"']],
      [{ type: "string", format: "email" }, ['"a@b.c"'], ['"a@b"', '"@b.c"']],
    ],
    "keywords beside others": [
      [
        { type: "object", properties: { a: { type: "integer" } }, anyOf: [{ required: ["a"] }] },
        ['{"a": 1}'],
        ["1", "{}"],
      ],
      [{ type: "string", enum: ["a", 1, null] }, ['"a"'], ["1", "null"]],
      [{ type: "string", const: 5 }, [], ["5", '"5"']],
      [{ type: "integer", anyOf: [{ type: "string" }, { minimum: 3 }] }, ["3"], ['"x"', "2"]],
      [{ $ref: "#/$defs/n", maximum: 5, $defs: { n: { type: "integer", minimum: 3 } } }, ["3", "5"], ["2", "6"]],
      [{ allOf: [{ minLength: 2 }, { maxLength: 3 }], type: "string" }, ['"ab"', '"😀😀😀"'], ['"a"', '"abcd"']],
    ],
    "keywords without a type": [
      [{ minItems: 2 }, ["[1, 2]", "{}", "1"], ["[]", "[1]"]],
      [{ minProperties: 1 }, ['{"a": 1}', "[]"], ["{}"]],
      [{ pattern: "^a$" }, ['"a"', "5"], ['"b"']],
      [{ required: ["b"] }, ['{"b": 1}', "null"], ["{}", '{"a": 1}']],
      [{ type: ["object", "null"], properties: { a: { const: 1 } } }, ["null", "{}", '{"a": 1}'], ['{"a": 2}', "1"]],
    ],
    objects: [
      [{ type: "object", required: ["b"] }, ['{"b": 1}', '{"b": 1, "c": 2}'], ["{}"]],
      [{ type: "object", required: ["a", "b"], additionalProperties: false }, [], ["{}", '{"a": 1, "b": 2}']],
      [
        { type: "object", properties: { a: { type: "integer" } }, additionalProperties: true },
        ['{"a": 1, "b": "x"}', '{"b": "x"}'],
        ['{"a": "x"}', '{"a": 1, "a": "x"}', '{"a": 1, "a": 2}'],
      ],
      [
        { type: "object", patternProperties: { "^b": { type: "integer" } }, required: ["a"] },
        ['{"a": "x", "b1": 1}'],
        ["{}", '{"a": 1, "b": "x"}'],
      ],
      [
        { type: "object", propertyNames: { pattern: "^[ab]$|c" }, additionalProperties: { type: "integer" } },
        ['{"a": 1, "xcx": 2}', "{}"],
        ['{"a: 1}', '{"d": 1}', '{"a": "x"}'],
      ],
      [
        { type: "object", properties: { "a\tb": {}, 'say "hi"': {}, é: {} }, required: ["a\tb"] },
        ['{"a\\tb": 1, "say \\"hi\\"": 2}'],
        ['{"a\tb": 1}', '{"a	b": 1}'],
      ],
      [
        { properties: { a: {}, b: {}, c: {} }, additionalProperties: false, minProperties: 2, maxProperties: 2 },
        ['{"a": 1, "b": 2}', '{"a": 1, "c": 2}', '{"b": 1, "c": 2}'],
        ["{}", '{"a": 1}', '{"a": 1, "b": 2, "c": 3}'],
      ],
      [{ minProperties: 2, type: "object" }, ['{"a": 1, "b": 1}'], ['{"a": 1, "a": 2}', '{"a": 1}']],
      [
        { type: "object", maxProperties: 1000 },
        [`{${Array.from({ length: 1000 }, (_, i) => `"${i}": 0`).join(", ")}}`],
        [],
      ],
    ],
    arrays: [
      [
        { type: "array", items: { type: "integer" }, minItems: 1, maxItems: 3 },
        ["[1]", "[1, 2, 3]"],
        ["[]", "[1, 2, 3, 4]"],
      ],
      [
        { prefixItems: [{ type: "string" }], items: { type: "integer" } },
        ['["a", 1, 2]', "[]", '["a"]'],
        ["[1]", '["a", "b"]'],
      ],
      [{ items: [{ type: "string" }], additionalItems: false }, ['["a"]', "[]"], ['["a", 1]']],
      [{ contains: { const: 1 }, maxContains: 1, type: "array" }, ["[1]", "[2, 1, 3]"], ["[]", "[1, 1]", "[2]"]],
      [{ uniqueItems: true, items: { type: "integer" } }, ["[1, 2]", "[]"], ["[1, 1]", "[2, 1, 2]"]],
      [
        { uniqueItems: true, items: { enum: ["a", "b"] }, minItems: 3, type: "array" },
        [],
        ['["a", "b"]', '["a", "b", "a"]'],
      ],
      [
        { uniqueItems: true, items: { minimum: 1, maximum: 3, type: "integer" }, minItems: 3 },
        ["[3, 1, 2]"],
        ["[1, 2]"],
      ],
      [{ uniqueItems: true, items: { enum: ["a", "b"] }, minItems: 2 }, ['["b", "a"]'], ['["b", "b"]', '["a"]']],
    ],
    combinations: [
      [{ oneOf: [{ type: "integer" }, { minimum: 2 }] }, ["1", "2.5"], ["3", "0.5"]],
      [{ not: { type: ["string", "object", "array"] } }, ["1", "null", "true"], ['"a"', "{}", "[]"]],
      [{ not: { required: ["a"] }, type: "object" }, ['{"b": 1}', "{}"], ['{"a": 1}']],
      [
        JSON.parse(
          '{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"required":["b"]},"type":"object"}',
        ),
        ['{"a": 2}', '{"a": 1, "b": 1}', "{}"],
        ['{"a": 1}'],
      ],
      [{ dependentRequired: { a: ["b"] }, type: "object" }, ['{"a": 1, "b": 1}', '{"b": 1}', "{}"], ['{"a": 1}']],
      [{ dependencies: { a: { maxProperties: 1 } }, type: "object" }, ['{"a": 1}'], ['{"a": 1, "b": 1}']],
    ],
    unevaluated: [
      [{ dependentSchemas: { a: { items: true } }, unevaluatedItems: false }, ["[]", "{}", '{"a": [1]}'], ["[1]"]],
      [
        { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
        ['{"a": 1}', "{}"],
        ['{"b": 1}', '{"a": 1, "b": 1}'],
      ],
      [
        {
          anyOf: [{ required: ["a"], properties: { a: {} } }, { properties: { b: {} } }],
          unevaluatedProperties: false,
        },
        ['{"a": 1}', '{"b": 1}', '{"a": 1, "b": 1}', "{}"],
        ['{"c": 1}'],
      ],
      [
        { prefixItems: [true], contains: { const: 1 }, unevaluatedItems: false },
        ["[0, 1, 1]"],
        ["[0, 2]", "[0, 1, 2]"],
      ],
      // an item that is evaluated where a condition fails is not
      [
        { if: { unevaluatedItems: { const: [] } }, else: true, unevaluatedItems: { minLength: 2 } },
        ["[[]]", "[[], []]", '["ab"]'],
        ['[[], "a"]'],
      ],
    ],
    references: [
      [
        { $ref: "#/x/T", x: { T: { type: "array", items: { maximum: 120, minimum: 0, type: "integer" } } } },
        ["[1, 120]"],
        ["[129]", "1"],
      ],
      [
        { properties: { next: { $ref: "#" }, v: { type: "integer" } }, required: ["v"], additionalProperties: false },
        ['{"next": {"v": 1}, "v": 2}', "5"],
        ['{"next": {}, "v": 1}', "{}"],
      ],
      [{ $ref: "#/$defs/a~1b%25", $defs: { "a/b%": { const: 1 } } }, ["1"], ["2"]],
      [{ $ref: "#here", $defs: { x: { $anchor: "here", const: 1 } } }, ["1"], ["2"]],
    ],
    "OpenAPI 3.0": [
      [{ type: "string", nullable: true }, ["null", '"a"'], ["1"]],
      [{ type: "string", nullable: true, enum: ["a"] }, ['"a"'], ["null"]],
    ],
  };

describe.each(Object.entries(cases))("%s", (_, each) => {
  it.each(each.map(([schema, accepted, refused]) => ({ text: JSON.stringify(schema), schema, accepted, refused })))(
    "$text",
    ({ schema, accepted, refused }) => {
      const accepts = languageOf(schema);
      expect(accepted.filter((text) => !accepts(text))).toEqual([]);
      expect(refused.filter((text) => accepts(text))).toEqual([]);
    },
  );
});
