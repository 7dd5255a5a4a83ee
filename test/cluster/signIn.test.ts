/** NATS servers with TLS and users: who is let in, and which option the error names where one is not. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ClusterOptions, joinCluster } from "@tokenmill/cluster";
import type { Engine } from "@tokenmill/engine";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Certificates, hasOpenssl, makeCertificates, makeNkey, makeOperator } from "./authorities.ts";
import { readAt } from "./clients.ts";
import { hashEngine } from "./hashEngine.mjs";
import { natsServerPath, NatsServer } from "./processes.ts";

const program = join(import.meta.dirname, "../../apps/stream/bin/tokenmill.js");

describe.skipIf(!natsServerPath || !hasOpenssl)("signing in to NATS", () => {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-sign-in-"));
  let engine: Engine;
  let files: Certificates;
  beforeAll(async () => {
    engine = await hashEngine();
    files = makeCertificates(directory);
  });
  afterAll(async () => {
    await engine.close();
    rmSync(directory, { recursive: true });
  });

  const start = async (config: string) => {
    const server = await NatsServer.start(config);
    onTestFinished(() => server.dispose());
    return server.url.slice("nats://".length);
  };
  const tls = (more = "") => `tls { cert_file: "${files.certificate}", key_file: "${files.key}"${more} }\n`;
  const enter = async (options: Partial<ClusterOptions> & Pick<ClusterOptions, "servers">) => {
    const cluster = await joinCluster({ name: "in", engine, identity: "test", capacity: 1, ...options });
    onTestFinished(() => cluster.close());
    return cluster;
  };
  const refusal = async (options: Partial<ClusterOptions> & Pick<ClusterOptions, "servers">) =>
    enter(options).then(
      () => expect.fail("it was let in"),
      ({ code, message }: { code: string; message: string }) => ({ code, message }),
    );

  it("streams over TLS, with user and password in the address", async () => {
    const host = await start(`${tls()}authorization { user: "mill@x", password: "p:1/2" }`);
    const { ca } = files;
    const cluster = await enter({ servers: [`tls://mill%40x:p%3A1%2F2@${host}`], ca });
    const { connections, error } = await readAt([cluster], { prompt: "abc", maxTokens: 50, ignoreEos: true }, "tls");
    expect(error).toBeUndefined();
    expect(connections[0]).toHaveLength(50);

    expect(await refusal({ servers: [`tls://mill%40x:other@${host}`], ca })).toEqual({
      code: "cluster_unauthorized",
      message: `"servers" expected a user and password, or a token, that NATS at ${host} takes: Authorization Violation`,
    });
    expect(await refusal({ servers: [`tls://${host}`], ca })).toEqual({
      code: "cluster_unauthorized",
      message: `"credentials" expected credentials that NATS at ${host} takes: Authorization Violation`,
    });
    expect(await refusal({ servers: [`tls://mill%40x:p%3A1%2F2@${host}`] })).toMatchObject({
      code: "cluster_unauthorized",
      message: expect.stringMatching(/^"ca" expected the certificate of the authority that signed NATS': 127/),
    });
  });

  it("takes a token, the seed of an nkey, and a credentials file", async () => {
    const { publicKey, seed } = makeNkey(directory);
    const { config, credentials } = makeOperator(directory);
    const [byToken, byNkey, byJwt] = await Promise.all([
      start('authorization { token: "s3cret" }'),
      start(`authorization { users: [{ nkey: ${publicKey} }] }`),
      start(config),
    ]);
    await enter({ servers: [`nats://s3cret@${byToken}`] });
    await enter({ servers: [`nats://${byNkey}`], credentials: seed });
    await enter({ servers: [`nats://${byJwt}`], credentials });

    expect(await refusal({ servers: [`nats://${byNkey}`], credentials })).toEqual({
      code: "cluster_unauthorized",
      message: `"credentials" expected other credentials that NATS at ${byNkey} takes: Authorization Violation`,
    });
    const empty = join(directory, "empty");
    writeFileSync(empty, "nothing");
    await expect(enter({ servers: [byJwt], credentials: empty })).rejects.toThrow(
      '"credentials" expected a NATS credentials file, or the seed of a user\'s nkey, got "',
    );
  });

  it("shows its certificate where NATS asks for one", async () => {
    const host = await start(tls(`, ca_file: "${files.ca}", verify: true`));
    const servers = [`tls://${host}`];
    await enter({ servers, ...files });
    expect(await refusal({ servers, ca: files.ca })).toMatchObject({
      code: "cluster_unavailable",
      message: `"certificate" expected if NATS asks for one: no NATS server of ${host} can be reached: timeout`,
    });
  });

  it("the command line names the flag", async () => {
    const host = await start('authorization { token: "s3cret" }');
    const child = spawn(process.execPath, [program, "cluster", "status", "--cluster", `nats://other@${host}`]);
    expect(await text(child.stderr)).toBe(
      `tokenmill: "--cluster" expected a user and password, or a token, that NATS at ${host} takes: Authorization Violation\n`,
    );
    expect(child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)))).toBe(2);
  });
});
