/** Real processes for tests: NATS servers and nodes, which can be killed, stopped and started anew. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The server's program: that of the environment, or the system's. */
export const natsServerPath: string | undefined = [
  process.env["TOKENMILL_NATS_SERVER"],
  "nats-server",
  "/usr/sbin/nats-server",
].find((path) => path !== undefined && spawnSync(path, ["-v"]).status === 0);

/** Whether it keeps copies in a way that nodes may rely on, which servers before 2.11 do not. */
export const copiesSafely: boolean = (() => {
  if (natsServerPath === undefined) return false;
  const version = /v(\d+)\.(\d+)/.exec(spawnSync(natsServerPath, ["-v"]).stdout.toString());
  const [major = 0, minor = 0] = (version ?? []).slice(1).map(Number);
  return major > 2 || (major === 2 && minor >= 11);
})();

/** @returns ports that nobody listens on */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A NATS server with JetStream, whose store outlives its process. */
export class NatsServer {
  readonly url: string;
  readonly #args: readonly string[];
  readonly #directory: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, directory: string, args: readonly string[]) {
    this.url = `nats://127.0.0.1:${port}`;
    this.#directory = directory;
    this.#args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", directory, ...args];
  }

  /** @param config text of a configuration file */
  static async start(config?: string): Promise<NatsServer> {
    const [port] = (await freePorts(1)) as [number];
    const directory = await mkdtemp(join(tmpdir(), "tokenmill-nats-"));
    const file = join(directory, "nats.conf");
    if (config !== undefined) await writeFile(file, config);
    const server = new NatsServer(port, directory, config === undefined ? [] : ["-c", file]);
    await server.restart();
    return server;
  }

  /** Servers that copy everything to each other. */
  static async startCluster(count: number): Promise<NatsServer[]> {
    const ports = await freePorts(2 * count);
    const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
    const servers = await Promise.all(
      routes.map(async (route, i) => {
        const directory = await mkdtemp(join(tmpdir(), "tokenmill-nats-"));
        const name = ["--cluster_name", "test", "-n", `n${i}`];
        // Clients know the addresses that they were given, and no others.
        const cluster = ["--cluster", route, "--routes", routes.join(","), "--no_advertise"];
        return new NatsServer(ports[i]!, directory, [...name, ...cluster]);
      }),
    );
    await Promise.all(servers.map((server) => server.restart()));
    return servers;
  }

  /** Starts it, on the store that it had. */
  async restart(): Promise<void> {
    const child = spawn(natsServerPath!, this.#args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = child;
    await lineOf(child, child.stderr, (line) => line.includes("Server is ready"));
  }

  /** As a machine whose disk is lost. */
  async loseStore(): Promise<void> {
    await this.kill();
    await rm(join(this.#directory, "jetstream"), { recursive: true });
    await this.restart();
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    return end(this.#process!, signal);
  }

  /** Holds it still, as a network that is cut does; SIGCONT lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process!.kill(signal);
  }

  async dispose(): Promise<void> {
    this.#process?.kill("SIGCONT");
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

export interface NodeOptions {
  readonly servers: readonly string[];
  readonly name: string;
  readonly capacity?: number;
  readonly leaseMs?: number;
  readonly flushMs?: number;
  readonly replicas?: number;
  readonly isBitStable?: boolean;
  readonly isUnfenced?: boolean;
  readonly source?: { readonly delayMs?: number; readonly drift?: number };
}

/** Of a process that answers batches: time of each answer, and what other processes' answers do not have. */
export interface BatchNodeOptions extends Omit<NodeOptions, "source"> {
  readonly delayMs?: number;
  readonly drift?: string;
}

/** A process of a cluster. */
export class NodeProcess {
  readonly id: string;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, id: string) {
    this.#process = child;
    this.id = id;
  }

  static start(options: NodeOptions): Promise<NodeProcess> {
    return NodeProcess.#start("nodeMain.mjs", options);
  }

  static startBatchNode(options: BatchNodeOptions): Promise<NodeProcess> {
    return NodeProcess.#start("batchNode.mjs", options);
  }

  static async #start(name: string, options: object): Promise<NodeProcess> {
    const script = fileURLToPath(new URL(name, import.meta.url));
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
    const line = await lineOf(child, child.stdout, () => true);
    return new NodeProcess(child, (JSON.parse(line) as { id: string }).id);
  }

  /** Resolves when it has ended, by itself or not. */
  async ended(): Promise<void> {
    if (!this.hasExited) await once(this.#process, "exit");
  }

  get hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    return end(this.#process, signal);
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(signal);
  }
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

/** The first line that fits. @throws Error if the process ends before it */
function lineOf(child: ChildProcess, stream: NodeJS.ReadableStream, fits: (line: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    const lines = createInterface({ input: stream });
    lines.on("line", (line) => {
      seen.push(line);
      if (!fits(line)) return;
      lines.removeAllListeners("line").on("line", () => {});
      resolve(line);
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code}: ${seen.join("\n")}`)));
  });
}
