/** Certificates and credentials, made anew for each run: none expires. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";

export const hasOpenssl: boolean = spawnSync("openssl", ["version"]).status === 0;

export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** An authority, and a certificate for 127.0.0.1 that it signed, as PEM files. */
export function makeCertificates(directory: string): Certificates {
  const [ca, caKey, certificate, key] = ["ca.pem", "ca.key", "server.pem", "server.key"].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  const fresh = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  openssl(...fresh, "-subj", "/CN=authority", "-keyout", caKey, "-out", ca);
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"];
  openssl(...fresh, "-subj", "/CN=nats", ...names, "-CA", ca, "-CAkey", caKey, "-keyout", key, "-out", certificate);
  return { ca, certificate, key };
}

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
}

/** What a NATS server that knows users by their operator is configured with, and a user's credentials file. */
export function makeOperator(directory: string): { config: string; credentials: string } {
  const [operator, system, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const limits = { ...unlimited, ...storage, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const operatorJwt = jwtOf(operator, operator, {
    type: "operator",
    version: 2,
    system_account: system.getPublicKey(),
  });
  const preload = [[system, { ...unlimited, conn: -1 }] as const, [account, limits] as const].map(
    ([each, its]) => `${each.getPublicKey()}: ${jwtOf(operator, each, { type: "account", version: 2, limits: its })}`,
  );
  const userJwt = jwtOf(account, user, { type: "user", version: 2, ...unlimited });
  const credentials = join(directory, "user.creds");
  const seed = Buffer.from(user.getSeed()).toString();
  writeFileSync(
    credentials,
    `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n` +
      `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  );
  const config = `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${preload.join("\n")} }\n`;
  return { config, credentials };
}

/** A user that a server knows by its public key, and the file with its seed. */
export function makeNkey(directory: string): { publicKey: string; seed: string } {
  const user = nkeys.createUser();
  const seed = join(directory, "user.nk");
  writeFileSync(seed, `${Buffer.from(user.getSeed()).toString()}\n`);
  return { publicKey: user.getPublicKey(), seed };
}

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** As NATS has them: signed by an nkey. */
function jwtOf(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name: "test",
    sub: subject.getPublicKey(),
    nats,
  };
  const jti = createHash("sha256").update(JSON.stringify(claims)).digest("hex");
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part({ ...claims, jti })}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString("base64url")}`;
}
