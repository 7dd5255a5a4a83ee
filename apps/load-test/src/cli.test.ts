import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reportError } from "@tokenmill/cli";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createProgram } from "./program.ts";
import { reportSchema } from "./report/reportSchema.ts";
import type { RunReport } from "./report/runReport.ts";
import type { SweepReport } from "./report/sweepReport.ts";
import { startServer, type TestServer } from "./testing/openaiServer.ts";

const bin = fileURLToPath(new URL("../bin/tokenmill-load.js", import.meta.url));
const validate = new Ajv2020({ discriminator: true, allowUnionTypes: true }).compile(reportSchema);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cli(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], (error, stdout, stderr) =>
      resolve({ code: (error?.code as number | undefined) ?? 0, stdout, stderr }),
    );
  });
}

async function inThisProcess(args: readonly string[]): Promise<Ended> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return { code: 0, ...written };
  } catch (error) {
    return { code: reportError("tokenmill-load", error), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe("the command line", () => {
  let server: TestServer;
  let directory: string;
  beforeAll(async () => {
    server = await startServer({ tokenMs: 1 });
    directory = mkdtempSync(join(tmpdir(), "tokenmill-load-"));
  });
  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  it("runs against a server from two processes, with calibration, and writes every report", async () => {
    const path = (name: string): string => join(directory, name);
    const { code, stdout, stderr } = await cli(
      ...[
        "--url",
        server.url,
        "--rate",
        "40",
        "--arrivals",
        "constant",
        "--duration",
        "1500ms",
        "--warm-up",
        "500ms",
        "--max-tokens",
        "3",
        "--processes",
        "2",
      ],
      ...[
        "--slo",
        "e2e:p99<10s",
        "--output",
        path("run.json"),
        "--html",
        path("run.html"),
        "--samples",
        path("samples.ndjson"),
        "--fail-if",
        "errorRate>0%",
      ],
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/throughput +\d.*requests\/s/);
    expect(stdout).toMatch(/calibration +instant HTTP server: at most/);
    const report = JSON.parse(readFileSync(path("run.json"), "utf8")) as RunReport;
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.counts).toEqual({ due: 40, completed: 40, failed: 0, cancelled: 0, good: 40 });
    expect(report.metrics.itl.count).toBe(80);
    expect(report.resources.length).toBeGreaterThan(0);
    const samples = readFileSync(path("samples.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { index: number; dueMs: number });
    expect(samples.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    for (const { index, dueMs } of samples) expect(dueMs).toBeCloseTo(index * 25, 6);
    const html = readFileSync(path("run.html"), "utf8");
    expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(5);
    expect(html).not.toMatch(/<script|<link|src=|NaN|undefined/);
    expect((await cli("report", path("run.json"))).stdout).toBe(stdout);
    const same = await cli("compare", path("run.json"), path("run.json"), "--json");
    expect(
      (JSON.parse(same.stdout) as { differences: { verdict: string }[] }).differences.every(
        ({ verdict }) => verdict === "noise",
      ),
    ).toBe(true);
  });

  it("sweeps over concurrency and another axis, with intervals over repeats", async () => {
    const file = join(directory, "sweep.json");
    const { code, stdout } = await cli(
      ...[
        "sweep",
        "--url",
        server.url,
        "--over",
        "concurrency=1,2",
        "--over",
        "maxTokens=1,4",
        "--repeats",
        "2",
        "--count",
        "20",
        "--no-calibrate",
      ],
      ...["--output", file, "--html", join(directory, "sweep.html")],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\| +concurrency \| +maxTokens \|/);
    const report = JSON.parse(readFileSync(file, "utf8")) as SweepReport;
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.points.map(({ values, runs }) => [...values, runs.length])).toEqual([
      [1, 1, 2],
      [2, 1, 2],
      [1, 4, 2],
      [2, 4, 2],
    ]);
    expect(report.series.length).toBe(2);
    expect(readFileSync(join(directory, "sweep.html"), "utf8").match(/<svg/g)!.length).toBeGreaterThanOrEqual(3);
    expect((await cli("compare", file, file)).code).toBe(0);
  });

  it("exits with 1 when a condition is true, an SLO metric was never measured, or every request failed", async () => {
    const run = ["--url", server.url, "--count", "5", "--max-tokens", "2", "--no-calibrate"];
    const failed = await cli(...run, "--fail-if", "itl.p99>0ms", "--fail-if", "itl.p99>1h");
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^tokenmill-load: failed: itl\.p99>0ms: is [\d.]+ \S+\n$/);
    expect((await cli(...run, "--no-stream", "--fail-if", "ttft.p99>1h")).stderr).toContain("nothing was measured");
    const gone = await cli("--url", "http://127.0.0.1:9/v1", "--count", "2", "--no-calibrate");
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("every request failed");
  });

  it("exits with 2 for what makes no sense, and says what", async () => {
    const scenario = join(directory, "bad.yaml");
    writeFileSync(scenario, "target: { type: pool, wrokers: 2 }\n");
    const notYaml = join(directory, "not.yaml");
    writeFileSync(notYaml, "target: [\n");
    const cases: [string[], RegExp][] = [
      [["--concurency", "3"], /unknown option '--concurency'\n\(Did you mean --concurrency\?\)/],
      [["--rate", "0"], /"rate" expected number > 0, got "0"/],
      [["--duration", "5"], /"duration" expected a duration such as 500ms/],
      [["--fail-if", "itl>5ms"], /"failIf" expected a condition/],
      [[scenario], /bad\.yaml: unknown field "target\.wrokers"/],
      [[notYaml], /not\.yaml: /],
      [["nosuch.yaml"], /cannot read the scenario "nosuch\.yaml" \(ENOENT\)/],
      [["--target", "pool", "--params", '{"topP":2}', "--no-calibrate"], /"topP" expected/],
      [["compare", scenario, scenario], /expected a JSON report/],
      [["sweep", "--over", "wrokers=1"], /did you mean workers\?/],
      [
        ["--url", server.url, "--api-key-env", "TOKENMILL_NOT_SET", "--no-calibrate"],
        /environment variable that is set/,
      ],
    ];
    // One as a process of its own, the others in this one.
    const [first] = cases[0]!;
    const ended = [await cli(...first)];
    for (const [args] of cases.slice(1)) ended.push(await inThisProcess(args));
    ended.forEach(({ code, stderr, stdout }, i) => {
      expect(stderr).toMatch(cases[i]![1]);
      expect(code).toBe(2);
      expect(stdout).toBe("");
    });
  });

  it("refuses files for its results before the load: those that cannot be written, and those that it reads", async () => {
    const scenario = join(directory, "kept.yaml");
    writeFileSync(scenario, "requests: { maxTokens: 1 }\n");
    const lost = join(directory, "nowhere", "report");
    const unwritable = /cannot write ".*nowhere.report" \(ENOENT\)/;
    const input = /"output" expected another file than that of the (scenario|report)/;
    const cases: [string[], RegExp][] = [
      [["--url", server.url, "--output", lost], unwritable],
      [["--url", server.url, "--html", lost], unwritable],
      [["--url", server.url, "--samples", lost], unwritable],
      [["sweep", "--url", server.url, "--output", lost], unwritable],
      [[scenario, "--url", server.url, "--output", scenario], input],
      [["sweep", scenario, "--url", server.url, "--html", scenario], input],
    ];
    const before = server.bodies.length;
    for (const [args, message] of cases) {
      const { code, stderr } = await inThisProcess(args);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
    expect(server.bodies.length).toBe(before);
    expect(readFileSync(scenario, "utf8")).toContain("maxTokens");
  });

  it("prints help and schemas, exit code 0", async () => {
    const help = await cli("--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("sweep");
    const schema = await cli("schema", "scenario");
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: "tokenmill-load scenario" });
  });

  it.each(["1", "2"])("ends with 130 at SIGINT, %s process(es), without a report", async (processes) => {
    const before = server.bodies.length;
    const child = spawn(process.execPath, [
      bin,
      "--url",
      server.url,
      "--duration",
      "60s",
      "--no-calibrate",
      "--processes",
      processes,
    ]);
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    await expect.poll(() => server.bodies.length, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(130);
    expect(Buffer.concat(output).toString()).toBe("");
  });
});
