/** The command as a process: what it prints, how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const loop = `data:text/javascript,${encodeURIComponent("export default () => { for (;;); }")}`;

it("SIGTERM ends the program although every worker hangs", async () => {
  const program = join(import.meta.dirname, "../../bin/tokenmill.js");
  const flags = [
    "--source",
    "synthetic",
    "--vocab-size",
    "100",
    "--port",
    "0",
    "--workers",
    "2",
    "--shutdown-timeout",
    "2",
  ];
  const child: ChildProcess = spawn(
    process.execPath,
    [program, "serve", "--json", "--stage", `loop=${loop}`, ...flags],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const [greeting] = (await once(child.stdout!, "data")) as [Buffer];
  const { url } = JSON.parse(greeting.toString()) as { url: string };
  const hanging = Array.from({ length: 3 }, () =>
    fetch(`${url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: [1], max_tokens: 5, chain: ["custom:loop"] }),
    }).then(
      ({ status }) => status,
      () => 0,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
  for (const status of await Promise.all(hanging)) expect([0, 503]).toContain(status);
});

describe("tokenmill serve", () => {
  it("says where it listens, ends with code 0 on SIGTERM after its streams have ended", async () => {
    const child = serve(["--source", "synthetic", "--vocab-size", "100", "--port", "0", "--workers", "1"]);
    const url = await urlOf(child);
    const response = await fetch(`${url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: [1], max_tokens: 2000, stream: true }),
    });
    child.kill("SIGTERM");
    expect((await response.text()).endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("refuses bad flags with code 2, and a port that is taken with code 1", async () => {
    expect(await once(serve(["--port", "70000"]), "exit")).toEqual([2, null]);
    const first = serve(["--source", "synthetic", "--port", "0", "--workers", "1"]);
    const { port } = new URL(await urlOf(first));
    expect(await once(serve(["--source", "synthetic", "--port", port, "--workers", "1"]), "exit")).toEqual([1, null]);
  });

  it("says where it is as JSON with --json", async () => {
    const child = serve(["--source", "synthetic", "--port", "0", "--workers", "1", "--json"]);
    const [line] = (await once(child.stdout!.setEncoding("utf8"), "data")) as [string];
    const { url, model } = JSON.parse(line) as { url: string; model: string };
    expect(model).toContain("synthetic");
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

function serve(flags: readonly string[]): ChildProcess {
  const program = join(import.meta.dirname, "../../bin/tokenmill.js");
  const child = spawn(process.execPath, [program, "serve", ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function urlOf(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!.setEncoding("utf8")) {
    text += chunk;
    const url = /^serving .* on (\S+)\n/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended: ${text}`);
}
