/** Machines as network namespaces on one bridge, each with an address, a NATS server and a `tokenmill serve`. Linux, as root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { natsServerPath } from "./processes.ts";
import { ServeProcess } from "./servers.ts";

const bridge = "tokenmill0";
const network = "10.77.0";
const count = 3;
const numbers = Array.from({ length: count }, (_, i) => i + 1);
const ip = (...args: readonly string[]): Buffer => execFileSync("ip", args);

export class Machine {
  readonly #number: number;
  readonly #directory: string = mkdtempSync(join(tmpdir(), "tokenmill-machine-"));
  #nats: ChildProcess | undefined;

  /** Three, with their network. */
  static async startAll(): Promise<Machine[]> {
    ip("link", "add", bridge, "type", "bridge");
    ip("addr", "add", `${network}.254/24`, "dev", bridge);
    ip("link", "set", bridge, "up");
    const machines = numbers.map((number) => new Machine(number));
    await Promise.all(machines.map((machine) => machine.startNats()));
    return machines;
  }

  static async endAll(machines: readonly Machine[]): Promise<void> {
    await Promise.all(machines.map((machine) => machine.#end()));
    ip("link", "del", bridge);
  }

  private constructor(number: number) {
    this.#number = number;
    ip("netns", "add", this.#name);
    ip("link", "add", this.#name, "type", "veth", "peer", "name", "eth0", "netns", this.#name);
    ip("link", "set", this.#name, "master", bridge, "up");
    ip("-n", this.#name, "addr", "add", `${network}.${number}/24`, "dev", "eth0");
    for (const device of ["lo", "eth0"]) ip("-n", this.#name, "link", "set", device, "up");
  }

  static readonly natsUrls: readonly string[] = numbers.map((number) => `nats://${network}.${number}:4222`);

  get #name(): string {
    return `tokenmill-${this.#number}`;
  }

  get #where(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  async startNats(): Promise<void> {
    const address = `${network}.${this.#number}`;
    const routes = numbers.map((number) => `nats://${network}.${number}:6222`).join(",");
    const [command, ...args] = [
      ...this.#where,
      ...[natsServerPath!, "-a", address, "-p", "4222", "-js", "-sd", this.#directory, "-n", `nats-${this.#number}`],
      ...["--cluster_name", "nats", "--cluster", `nats://${address}:6222`, "--routes", routes],
    ];
    const child = spawn(command!, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#nats = child;
    for await (const line of createInterface({ input: child.stderr })) if (line.includes("Server is ready")) break;
    child.stderr.resume();
  }

  async killNats(): Promise<void> {
    const exit = once(this.#nats!, "exit");
    this.#nats!.kill("SIGKILL");
    await exit;
  }

  serve(flags: readonly string[]): Promise<ServeProcess> {
    const cluster = ["--cluster", Machine.natsUrls.join(","), "--cluster-replicas", String(count)];
    return ServeProcess.start(["--host", `${network}.${this.#number}`, ...cluster, ...flags], this.#where);
  }

  /** Its cable is out. */
  cut(): void {
    ip("link", "set", this.#name, "down");
  }

  heal(): void {
    ip("link", "set", this.#name, "up");
  }

  async #end(): Promise<void> {
    if (this.#nats?.exitCode === null && this.#nats.signalCode === null) await this.killNats();
    ip("link", "del", this.#name);
    ip("netns", "del", this.#name);
    rmSync(this.#directory, { recursive: true });
  }
}
