/** A package registry on loopback: gives out the packed workspace, and sends every other name on to npm's own registry. */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PackedPackage } from "./packWorkspace.ts";

export class Registry {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async start(packed: readonly PackedPackage[], upstream: string): Promise<Registry> {
    const byName = new Map(packed.map((each) => [each.manifest.name, each]));
    const byFile = new Map(packed.map((each) => [each.fileName, each]));
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url!.slice(1));
      const tarball = byFile.get(path.slice(path.lastIndexOf("/") + 1));
      const found = byName.get(path);
      if (tarball && path.startsWith("-/")) response.end(tarball.tarball);
      else if (found) response.end(JSON.stringify(packument(found, `http://${request.headers.host}/`)));
      else response.writeHead(302, { location: new URL(request.url!.slice(1), upstream).href }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Registry(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function packument({ manifest, fileName, tarball }: PackedPackage, url: string): object {
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const version = { ...manifest, dist: { tarball: `${url}-/${fileName}`, integrity } };
  return {
    name: manifest.name,
    "dist-tags": { latest: manifest.version },
    versions: { [manifest.version]: version },
    // Clients that wait until a version is some days old look at it.
    time: { [manifest.version]: "2026-01-01T00:00:00.000Z" },
  };
}
