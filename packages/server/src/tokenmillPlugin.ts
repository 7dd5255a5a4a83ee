/** The entry for apps of Fastify: the routes in a scope of the app's own. */
import { refuse } from "@tokenmill/check";
import type { FastifyPluginAsync } from "fastify";
import { openRows } from "./options/openRows.ts";
import { completeEmbedded } from "./options/completeOptions.ts";
import type { EmbeddedOptions } from "./options/options.ts";

/** What Fastify's `register` takes for itself. */
const ofRegister = ["prefix", "logLevel", "logSerializers"];

/**
 * The routes of `createTokenServer` as a plugin of Fastify 5, below the prefix that it is registered with. Errors, parsers,
 * hooks and validation are those of its own scope; the app's hooks run before them, as for any plugin. WebSockets too are
 * served there, beside those of `@fastify/websocket`. `app.close()` lets open streams end, until `limits.shutdownTimeoutMs`.
 * The source stays the caller's to close.
 * @throws (`register` and `ready` reject) TypeError, RangeError for options that make no sense.
 *
 * @example
 * await app.register(tokenmillPlugin, { prefix: "/llm", source });
 */
export const tokenmillPlugin: FastifyPluginAsync<EmbeddedOptions> = async (app, options) => {
  if (typeof Object(app).register !== "function") {
    refuse("app", "an app of Fastify, as app.register(tokenmillPlugin, { prefix, source }) gives it", app, true);
  }
  const complete = completeEmbedded(options, ofRegister);
  const source = await openRows(options.source);
  const { log } = options;
  const { addService } = await import("./service/addService.ts");
  await addService(app, source, complete, { log: log ?? app.log, accessLog: log });
};

// Fastify refuses it by name in an app of another version.
Object.assign(tokenmillPlugin, { [Symbol.for("plugin-meta")]: { name: "tokenmill", fastify: "5.x" } });
