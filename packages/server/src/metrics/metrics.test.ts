/** What Prometheus' own linter (`promtool check metrics`) asks of names, and requests counted by what became of them. */
import { describe, expect, it } from "vitest";
import { completions, raw, seeded, serverWith } from "../testing/requests.ts";
import { answerTo, type TestServer } from "../testing/testServer.ts";

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: ReadonlySet<string>;
}

async function exposition({ url }: TestServer): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function familiesIn(text: string): Family[] {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.map(([, name = "", type = ""]) => {
    const help = new RegExp(`^# HELP ${name} (.*)$`, "m").exec(text)?.[1] ?? "";
    const samples = text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, "gm"));
    const labels = [...samples].flatMap(([, inside = ""]) =>
      [...inside.matchAll(/(\w+)="/g)].map(([, label]) => label!),
    );
    return { name, type, help, labels: new Set(labels) };
  });
}

/** github.com/prometheus/client_golang, prometheus/testutil/promlint/validations, v1.23. */
const rules: readonly (readonly [string, (family: Family) => boolean])[] = [
  ["has a help text", ({ help }) => help !== ""],
  ["has no colon, which is for recording rules", ({ name }) => !name.includes(":")],
  ["ends in _total if it is a counter", ({ name, type }) => type !== "counter" || name.endsWith("_total")],
  ["does not end in _total if it is none", ({ name, type }) => type === "counter" || !name.endsWith("_total")],
  ["does not end as the parts of a histogram do", ({ name }) => !/_(bucket|count|sum)$/.test(name)],
  ["does not have its type in its name", ({ name, type }) => !name.toLowerCase().includes(`_${type}`)],
  ["is in snake case", ({ name }) => !/[a-z][A-Z]/.test(name)],
  [
    "has labels in snake case, and none that Prometheus makes",
    ({ labels }) => ![...labels].some((l) => /[a-z][A-Z]|^quantile$/.test(l)),
  ],
  ["has a le label only if it is a histogram", ({ labels, type }) => type === "histogram" || !labels.has("le")],
  [
    "has base units",
    ({ name }) =>
      !/_(milli|micro|nano|kilo|mega|giga|kibi|mebi|gibi|pico)[a-z]*s(_|$)|_(minutes?|hours?|days?|weeks?|bits?|ms|us|ns|kb|mb|gb)(_|$)/.test(
        name,
      ),
  ],
  ["has no abbreviated unit", ({ name }) => !/_(s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d)(_|$)/.test(name)],
];

describe("metrics", () => {
  it.each(rules)("each %s", async (_rule, holds) => {
    const server = await serverWith();
    await answerTo(server, completions, seeded);
    const families = familiesIn(await exposition(server));
    expect(families.length).toBeGreaterThan(40);
    expect(families.filter((family) => !holds(family)).map(({ name }) => name)).toEqual([]);
  });

  it("count requests by route, method and status, whatever the path's spelling", async () => {
    const server = await serverWith({ apiKeys: ["secret"] });
    const ask = (line: string, more = ""): Promise<string> =>
      raw(server, `${line} HTTP/1.1\r\nhost: localhost\r\n${more}connection: close\r\n\r\n`);
    const key = "authorization: Bearer secret\r\n";
    await ask("GET /v1/models", key);
    await ask("GET /v1/%6dodels", key);
    await ask("GET /v1/models");
    await ask("PUT /v1/models", key);
    await ask("PROPFIND /v1/models", key);
    await ask("GET /v1/models/none", key);
    await ask("GET /none", key);
    await ask("GET /v1/stream", key);
    const text = await exposition(server);
    const counts = [...text.matchAll(/^tokenmill_http_requests_total\{(.*)\} (\d+)$/gm)].map(
      ([, labels = "", count]) => {
        const label = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(labels)![1]!;
        return `${label("method")} ${label("route")} ${label("status")}: ${count}`;
      },
    );
    expect(counts.toSorted()).toEqual(
      [
        "GET /v1/models 200: 2",
        "GET /v1/models 401: 1",
        "PUT /v1/models 405: 1",
        "other /v1/models 405: 1",
        "GET /v1/models/* 404: 1",
        "GET none 404: 1",
        "GET /v1/stream 426: 1",
      ].toSorted(),
    );
  });
});
